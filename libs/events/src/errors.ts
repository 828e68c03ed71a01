import { defineError, typedDetails } from '@org/enterprise-kernel';

/** A stored payload is of a version that is not known here, or does not have the shape it should. */
export const EventUnreadable = defineError('EVENT_UNREADABLE', {
  kind: 'internal',
  title: 'The event cannot be read.',
  details: typedDetails<{ readonly type: string; readonly version: number; readonly reason: string }>(),
});

export type EventsErrorCode = 'EVENT_UNREADABLE';
