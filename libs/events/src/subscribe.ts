import type { Deps, Duration, Resolved } from '@org/enterprise-kernel';
import type { AnyEventType, EventOf } from './define-event.js';
import type { RecordedEvent } from './recorded-event.js';

/** An event as a handler gets it, read at the newest version of its type. */
export type DeliveredEvent<Kind extends AnyEventType> =
  EventOf<Kind> extends infer Event ? (Event extends { readonly type: infer Type extends string; readonly payload: infer Payload } ? RecordedEvent<Type, Payload> : never) : never;

export interface RetryOptions {
  /** How often a handler is tried before its event becomes a dead letter. @default 10 */
  readonly attempts?: number;
  /** Pause after the first failure; it doubles with every further one, and each is shortened at random by up to half. @default { seconds: 1 } */
  readonly first?: Duration;
  /** The longest pause. @default { minutes: 10 } */
  readonly longest?: Duration;
}

export interface SubscribeOptions<Kind extends AnyEventType, D extends Deps> {
  /** `<area>.<what-it-does>`, unique in the database. Renamed, it is another subscriber. */
  readonly name: string;
  /** What the handler needs, resolved once. @default nothing */
  readonly deps?: D;
  readonly handle: (event: DeliveredEvent<Kind>, deps: Resolved<D>) => Promise<void>;
  /**
   * `once`: the handler runs in a unit of work that also marks the event as handled, so what it writes takes effect once.
   * Nothing in it may wait for something outside of the database.
   *
   * `at-least-once`: the handler runs outside of any unit, for what waits for a mail server or another service. After a crash
   * or a time-out the event is handled again, so what it calls has to recognise the event's id.
   * @default once
   */
  readonly guarantee?: 'once' | 'at-least-once';
  /** How many events it handles at once in one process; those of one key are never handled together. @default 4 */
  readonly concurrency?: number;
  /**
   * With `once`, how many waiting events may share one unit of work where handling them is quick, each behind a savepoint:
   * that costs half as much as a unit each. Choose 1 for a handler that locks rows in no fixed order. @default 16
   */
  readonly batch?: number;
  /** How long one event may take. With `at-least-once` also after how long another process takes over. @default { seconds: 20 } */
  readonly timeout?: Duration;
  readonly retry?: RetryOptions;
}

/** A handler of events with its name and its needs: a plain value that a module lists. */
export interface Subscriber {
  readonly name: string;
  readonly events: readonly AnyEventType[];
  readonly deps: Deps;
  readonly handle: (event: any, deps: any) => Promise<void>;
  readonly guarantee: 'once' | 'at-least-once';
  readonly concurrency: number;
  readonly batch: number;
  readonly timeout: Duration;
  readonly retry: Required<RetryOptions>;
}

/**
 * Declares who handles events of one type, or of several.
 * @throws TypeError for options that make no sense
 */
export function subscribe<const Kind extends AnyEventType, const D extends Deps = Record<never, never>>(events: Kind | readonly Kind[], options: SubscribeOptions<Kind, D>): Subscriber {
  const { name, deps = {}, handle, guarantee = 'once', concurrency = 4, batch = 16, timeout = { seconds: 20 }, retry } = options;
  const { attempts = 10, first = { seconds: 1 }, longest = { minutes: 10 } } = retry ?? {};
  const list = Array.isArray(events) ? events as readonly Kind[] : [events as Kind];
  const refuse = (reason: string): never => { throw new TypeError(`The subscriber "${name}" ${reason}.`); };
  if (name === '') refuse('needs a name');
  if (list.length === 0) refuse('subscribes to nothing');
  if (new Set(list.map(({ type }) => type)).size < list.length) refuse('names a type of event twice');
  for (const [field, value] of Object.entries({ concurrency, batch, 'retry.attempts': attempts })) {
    if (!Number.isInteger(value) || value < 1) refuse(`needs a whole number from 1 as ${field}, not ${value}`);
  }
  return { name, events: list, deps, handle, guarantee, concurrency, batch, timeout, retry: { attempts, first, longest } };
}
