import { currentContext, sleep, systemClock, toMilliseconds, type Clock } from '@org/enterprise-kernel';
import { IdempotencyInProgress, IdempotencyKeyReused } from './idempotency.errors.js';
import type { IdempotencyStoreOptions, IdempotentOutcome, IdempotentRequest, StoredAnswer } from './idempotency-store.js';

interface Running { readonly fingerprint: string; readonly outcome: Promise<IdempotentOutcome> }

/**
 * The keys that are being worked for in this process. Repeats wait for them here, where they hold no connection: otherwise
 * a handful of them would take up a whole pool.
 */
export class RunningKeys {
  readonly #running = new Map<string, Running>();
  readonly #wait: number;
  readonly #clock: Clock;

  constructor({ wait = { seconds: 10 }, clock = systemClock }: IdempotencyStoreOptions) {
    this.#wait = toMilliseconds(wait);
    this.#clock = clock;
  }

  /** Runs `begin`, which gets the request's id, unless the same request is under way and comes to an answer. */
  async run(request: IdempotentRequest, begin: (id: string) => Promise<IdempotentOutcome>): Promise<IdempotentOutcome> {
    const id = `${request.key} ${request.scope}`; // a key has no blanks
    const until = this.#clock.now() + this.#wait;
    for (let first; (first = this.#running.get(id)); ) {
      const ended = await this.#end(first, until);
      if (ended) return replayOf(request, { fingerprint: first.fingerprint, answer: ended.answer });
    }
    const outcome = begin(id).finally(() => this.#running.delete(id));
    this.#running.set(id, { fingerprint: request.fingerprint, outcome });
    return outcome;
  }

  /** Returns how it ended; `undefined` if it failed, which leaves the key to the next. */
  async #end({ outcome }: Running, until: number): Promise<IdempotentOutcome | undefined> {
    const ended = new AbortController();
    const request = currentContext()?.signal;
    const signal = request ? AbortSignal.any([request, ended.signal]) : ended.signal;
    const tooLong = sleep({ milliseconds: Math.max(0, until - this.#clock.now()) }, { clock: this.#clock, signal }).then(() => { throw inProgress(); });
    try {
      return await Promise.race([outcome.catch(() => undefined), tooLong]);
    } finally {
      ended.abort();
    }
  }
}

/** Says when to come back: a repeat waits by itself, so there is no use in telling it to stay away for long. */
export const inProgress = (cause?: unknown): Error => new IdempotencyInProgress({ retry_after_seconds: 1 }, { cause });

/** Answers a repeat with what is kept, if it is one. @throws IDEMPOTENCY_KEY_REUSED */
export function replayOf(request: IdempotentRequest, { fingerprint, answer }: { readonly fingerprint: string; readonly answer: StoredAnswer }): IdempotentOutcome {
  if (fingerprint !== request.fingerprint) throw new IdempotencyKeyReused();
  return { answer, replayed: true };
}
