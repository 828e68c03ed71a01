import { token, type EventSink as EventSinkPort } from '@org/enterprise-kernel';

/** Where repositories put the events of what they save, inside the unit of work of the save. */
export type EventSink = EventSinkPort;
export const EventSink = token<EventSinkPort>('events.EventSink');
