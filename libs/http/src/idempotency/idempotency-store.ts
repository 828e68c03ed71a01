import type { Clock, Duration } from '@org/enterprise-kernel';

/** A request that must take effect once. */
export interface IdempotentRequest {
  /** Whose key it is and what for: the same key in another scope is another key. */
  readonly scope: string;
  /** As the client chose it: 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** Of everything that was sent with the key; a repeat has the same. */
  readonly fingerprint: string;
}

/** An answer as it is kept and sent again, byte for byte. */
export interface StoredAnswer {
  readonly status: number;
  /** Name and value in turn. */
  readonly headers: readonly string[];
  /** JSON, or `undefined` for an empty answer. */
  readonly body: string | undefined;
}

export interface IdempotentOutcome {
  readonly answer: StoredAnswer;
  /** Whether the answer is an earlier request's. */
  readonly replayed: boolean;
}

/** Where the answers to requests with an Idempotency-Key are kept. */
export interface IdempotencyStore {
  /**
   * Runs `work` and keeps its answer, or returns the answer that is kept. While a request with the same scope and key is
   * under way, repeats of it wait. What `work` rejects with is passed on, and the key is then as if it had never been used.
   *
   * A store on a database opens the transaction around `work`, so that what it writes and its answer are kept both or neither;
   * such a store may run it again after a conflict of transactions.
   * @throws IDEMPOTENCY_KEY_REUSED for another fingerprint than the kept one
   * @throws IDEMPOTENCY_IN_PROGRESS after having waited too long
   */
  run(request: IdempotentRequest, work: () => Promise<StoredAnswer>): Promise<IdempotentOutcome>;
}

/** What all stores of this library are told. */
export interface IdempotencyStoreOptions {
  /** How long an answer is kept after its request; then the key counts as unused. @default { hours: 24 } */
  readonly expiry?: Duration;
  /** How long a repeat waits for the first request. @default { seconds: 10 } */
  readonly wait?: Duration;
  /** @default systemClock */
  readonly clock?: Clock;
}
