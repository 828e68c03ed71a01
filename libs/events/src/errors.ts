import { defineError, typedDetails } from '@org/enterprise-kernel';

/** A stored payload is of a version that is not known here, or does not have the shape it should. */
export const EventUnreadable = defineError('EVENT_UNREADABLE', {
  kind: 'internal',
  title: 'The event cannot be read.',
  details: typedDetails<{ readonly type: string; readonly version: number; readonly reason: string }>(),
});

/** Events were appended where no unit of work commits them together with what they speak of. */
export const EventOutsideUnit = defineError('EVENT_OUTSIDE_UNIT', {
  kind: 'internal',
  title: 'Events can only be appended inside a unit of work.',
});

/** A handler took longer than its subscriber allows. */
export const EventHandlerTimeout = defineError('EVENT_HANDLER_TIMEOUT', {
  kind: 'timeout',
  title: 'The handler of an event took too long.',
  details: typedDetails<{ readonly subscriber: string }>(),
});

export type EventsErrorCode = 'EVENT_UNREADABLE' | 'EVENT_OUTSIDE_UNIT' | 'EVENT_HANDLER_TIMEOUT';
