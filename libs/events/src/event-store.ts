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

/** What became of taking events: there was none, or some were handled, some failed, and `more` says whether others are due. */
export type Taking = 'nothing' | {
  readonly more: boolean;
  readonly handled: number;
  readonly failed: readonly FailedEvent[];
};

/** An event whose handler has failed: of what it did nothing is left, and its failure is noted. */
export interface FailedEvent {
  readonly taken: TakenEvent;
  readonly error: unknown;
  readonly failure: Failure;
}

export interface HandleOptions {
  /** How many events may be taken, no two of one key; a store may take fewer. */
  readonly most: number;
  readonly now: () => Date;
  readonly handle: (taken: TakenEvent) => Promise<void>;
  /** Says what is to be noted when `handle` has rejected; what it throws gives all of them up. */
  readonly judge: (taken: TakenEvent, error: unknown) => Failure;
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
  /**
   * Takes events, has them handled one after the other, and marks them as done or notes their failure: all of it or nothing.
   * One that fails takes no other with it, and nobody else gets it before its failure is noted.
   */
  handle(lane: Lane, options: HandleOptions): Promise<Taking>;
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
