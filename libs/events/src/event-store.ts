import type { DeadLetter, DeadLetterFilter } from './event-bus.js';
import type { RecordedEvent } from './recorded-event.js';

/** Whose events are meant: a subscriber, and the types that this process knows it for. */
export interface Lane {
  readonly subscriber: string;
  readonly types: readonly string[];
}

/** An event that was taken to be handled. */
export interface TakenEvent {
  readonly event: RecordedEvent;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  /** The number of attempts that its row has while nobody else has taken it over. */
  readonly fence: number;
}

export interface Failure {
  /** Message of the error. */
  readonly error: string;
  /** When it is due again; never, if it is dead. */
  readonly again: Date | undefined;
}

export interface Relayed {
  /** How many events left the outbox. */
  readonly taken: number;
  /** Whether somebody else is at it. */
  readonly busy: boolean;
  /** How many each subscriber got. */
  readonly added: Readonly<Record<string, number>>;
}

export interface Backlog {
  readonly subscriber: string;
  readonly pending: number;
  readonly dead: number;
  /** When the oldest pending one happened. */
  readonly oldest: Date | undefined;
  /** When a process last had this subscriber, if that is not long ago. */
  readonly seenAt: Date | undefined;
}

/** What became of taking an event: there was none, or it is handled and `more` says whether others are due. */
export type Taking = 'nothing' | { readonly more: boolean };

/** What became of taking several at once: those that failed have left nothing behind and still wait. */
export interface TakingSeveral {
  readonly more: boolean;
  readonly handled: number;
  readonly failed: readonly { readonly taken: TakenEvent; readonly error: unknown }[];
}

/**
 * Where events wait, and the steps of their delivery; when to take which is the same for all stores. An inbox row is
 * `pending`, `done` or `dead`; the oldest pending row of a subscriber and key holds up the later ones of that key.
 */
export interface EventStore {
  /** How many handlers run at once, unless the application says. */
  readonly concurrency: number;
  /** Puts events into the outbox of the unit of work that is running, and calls `committed` once it has. */
  append(events: readonly RecordedEvent[], committed: () => void): Promise<void>;
  /** Makes subscribers known, or known again. */
  register(lanes: readonly Lane[], now: Date): Promise<void>;
  /** Begins to receive from outside, where there is such a thing. `received` is called when something has come. */
  open?(received: () => void, now: () => Date): Promise<void>;
  /** Ends receiving. */
  close?(): Promise<void>;
  /** Moves at most so many committed events from the outbox to the inboxes of those who subscribe to them. */
  relay(limit: number, now: Date): Promise<Relayed>;
  /** Which of the subscribers have pending rows that are due. */
  due(lanes: readonly Lane[], now: Date): Promise<readonly string[]>;
  /** Whether something waits in the outbox. */
  outboxed(): Promise<boolean>;
  /** Takes an event and has it handled and marked as done, all of it or nothing. What `handle` rejects with is passed on. */
  handleOnce(lane: Lane, now: () => Date, handle: (taken: TakenEvent) => Promise<void>): Promise<Taking>;
  /**
   * Takes at most so many events, no two of one key, and has them handled one after the other: all that succeed are marked as
   * done together, and one that fails takes no other with it. A store may do without, and is asked for one at a time then.
   */
  handleSeveral?(lane: Lane, most: number, now: () => Date, handle: (taken: TakenEvent) => Promise<void>): Promise<'nothing' | TakingSeveral>;
  /** Takes an event for as long as until `until`, counting an attempt. */
  claim(lane: Lane, now: Date, until: Date): Promise<TakenEvent | undefined>;
  /** Marks a claimed event as done, unless somebody else has taken it over. */
  complete(lane: Lane, taken: TakenEvent, now: Date): Promise<{ readonly more: boolean }>;
  /** Takes note of a failed attempt, unless somebody else has taken it over. */
  fail(lane: Lane, taken: TakenEvent, failure: Failure, now: Date): Promise<void>;
  deadLetters(filter: DeadLetterFilter, limit: number): Promise<readonly DeadLetter[]>;
  revive(filter: DeadLetterFilter, now: Date): Promise<number>;
  discard(filter: DeadLetterFilter, now: Date): Promise<number>;
  /** Of all subscribers that have something pending or dead, known here or not. */
  backlogs(): Promise<readonly Backlog[]>;
  /** Forgets at most so many that were done before, and subscribers that nobody has registered since; returns how many rows went. */
  purge(before: Date, limit: number): Promise<number>;
}
