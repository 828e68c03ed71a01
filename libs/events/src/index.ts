export { defineEvent, type DefineEventOptions, type EventType } from './define-event.js';
export { EventUnreadable, type EventsErrorCode } from './errors.js';
