import { token, type Clock, type Duration, type EventSink, type HealthCheck, type Logger, type Meter, type Resolve } from '@org/enterprise-kernel';
import type { RecordedEvent } from './recorded-event.js';
import type { Subscriber } from './subscribe.js';

export interface EventBusOptions {
  /** All subscribers of this process; none may come later. */
  readonly subscribers: readonly Subscriber[];
  /** Gives what the subscribers ask for, at the start. @default refuses, which suits subscribers without deps */
  readonly resolve?: Resolve;
  /** How many handlers with the guarantee `once` run at once, of all subscribers together: each holds a connection. @default the driver's */
  readonly concurrency?: number;
  /** How often to look for what other processes left. What this process commits is delivered at once. @default { seconds: 1 } */
  readonly poll?: Duration;
  /** How many events are moved from the outbox at once. @default 100 */
  readonly batch?: number;
  /** How long handled events are remembered, so that a repeat is recognised; also how long a subscriber that nobody starts any more still gets events. @default { days: 7 } */
  readonly retention?: Duration;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
  /** @default none */
  readonly meter?: Meter;
}

/** An event that its subscriber could not handle. */
export interface DeadLetter {
  readonly subscriber: string;
  readonly event: RecordedEvent;
  readonly attempts: number;
  /** Message of the last failure. */
  readonly error: string;
  readonly diedAt: Date;
}

export interface DeadLetterFilter {
  /** @default all */
  readonly subscriber?: string;
  /** @default all */
  readonly eventId?: string;
}

/** Events that were given up, by subscriber. They hold up no others. */
export interface DeadLetters {
  /** The oldest first. `limit` is at most 1,000. @default limit 100 */
  list(filter?: DeadLetterFilter & { readonly limit?: number }): Promise<readonly DeadLetter[]>;
  /** Has them handled again, with all attempts anew; returns how many. */
  retry(filter: DeadLetterFilter): Promise<number>;
  /** Counts them as handled; returns how many. */
  discard(filter: DeadLetterFilter): Promise<number>;
}

/** Takes events in and has them handled by the subscribers, each once and those of one key in order. */
export interface EventBus extends EventSink, AsyncDisposable {
  /** Resolves the deps of the subscribers and begins to deliver. @throws what resolving and the first use of the storage throw */
  start(): Promise<void>;
  /** Takes no more events and waits for running handlers, which are aborted after `deadline`. Appending still works. @default deadline { seconds: 10 } */
  drain(deadline?: Duration): Promise<void>;
  /**
   * Resolves when everything that was committed has been handled, for tests. What waits for its next attempt does not count.
   * @throws TypeError before the start and after the drain
   */
  idle(): Promise<void>;
  readonly deadLetters: DeadLetters;
  /** Fails when events have not been moved for half a minute. */
  readonly health: HealthCheck;
}

export const EventBus = token<EventBus>('events.EventBus');
