/** How many attempts are allowed under one key. Times are in milliseconds. */
export interface AttemptLimit {
  /** A hash of what it stands for: of no use to who reads it. */
  readonly key: string;
  /** After so many attempts the next one waits `firstDelay`; every further one waits twice as long, up to `maxDelay`. */
  readonly free: number;
  readonly firstDelay: number;
  readonly maxDelay: number;
  /** One attempt is forgotten in this time. */
  readonly recovery: number;
}

/** Why an attempt was not counted. */
export interface AttemptWait<L extends AttemptLimit = AttemptLimit> {
  /** The first one that has to wait. */
  readonly limit: L;
  /** In milliseconds since the Unix epoch. */
  readonly until: number;
}

/**
 * Where attempts to log in are counted. Each key has a level, which an attempt raises by one and time lowers by one in
 * `recovery`; what {@link delayOf} says of the level is how long the next attempt has to wait.
 */
export interface AttemptStore {
  /**
   * Counts one attempt under every key or, if one of them has to wait, under none. Atomic: of any number of attempts at once,
   * as many are counted as one after the other. Limits come in the same order of kinds each time.
   */
  count<L extends AttemptLimit>(limits: readonly L[], now: number): Promise<AttemptWait<L> | undefined>;
  /** Takes back one attempt under every key. */
  takeBack(limits: readonly AttemptLimit[]): Promise<void>;
  /** Forgets all attempts under a key. */
  forget(key: string): Promise<void>;
  /** Notes a place that proved to be the user's own, until then. */
  remember(place: string, until: number): Promise<void>;
  /** Tells whether a place is noted. */
  remembers(place: string, now: number): Promise<boolean>;
}

/** Returns how long the next attempt waits at this level. */
export const delayOf = ({ free, firstDelay, maxDelay }: AttemptLimit, level: number): number => {
  // Rounded up: the little that is forgotten between two attempts in a row is no attempt.
  const beyond = Math.ceil(level) - free;
  return beyond < 0 ? 0 : Math.min(maxDelay, firstDelay * 2 ** beyond);
};
