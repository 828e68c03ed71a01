export { fromCloudEvent, toCloudEvent, type CloudEvent } from './cloud-event.js';
export { defineEvent, type AnyEventType, type DefineEventOptions, type EventOf, type EventType } from './define-event.js';
export { EventHandlerTimeout, EventOutsideUnit, EventUnreadable, type EventsErrorCode } from './errors.js';
export { EventBus, type DeadLetter, type DeadLetterFilter, type DeadLetters, type EventBusOptions } from './event-bus.js';
export { memoryEvents, type MemoryEvents } from './memory-events.js';
export type { RecordedEvent } from './recorded-event.js';
export { subscribe, type DeliveredEvent, type RetryOptions, type SubscribeOptions, type Subscriber } from './subscribe.js';
export type { EventTransport } from './transport.js';
