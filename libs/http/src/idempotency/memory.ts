import { systemClock, toMilliseconds } from '@org/enterprise-kernel';
import type { IdempotencyStore, IdempotencyStoreOptions, StoredAnswer } from './idempotency-store.js';
import { replayOf, RunningKeys } from './running-keys.js';

export interface MemoryIdempotencyStoreOptions extends IdempotencyStoreOptions {
  /** How many answers are kept at most; past that the oldest is forgotten. @default 10,000 */
  readonly maxKeys?: number;
}

interface Kept { readonly fingerprint: string; readonly answer: StoredAnswer; readonly expiresAt: number }

/**
 * Keeps answers in this process: for tests, and for services of one process that keep what they do in memory too. It knows
 * nothing of transactions, and forgets everything with the process.
 */
export function memoryIdempotencyStore(options: MemoryIdempotencyStoreOptions = {}): IdempotencyStore {
  const { expiry = { hours: 24 }, maxKeys = 10_000, clock = systemClock } = options;
  const lasting = toMilliseconds(expiry);
  const running = new RunningKeys(options);
  // A Map keeps the order of insertion, and all last equally long: the first one is the first to expire.
  const kept = new Map<string, Kept>();

  function keep(id: string, one: Kept): void {
    kept.delete(id);
    kept.set(id, one);
    const now = clock.now();
    for (const [oldest, { expiresAt }] of kept) {
      if (expiresAt > now && kept.size <= maxKeys) return;
      kept.delete(oldest);
    }
  }

  return {
    run: (request, work) => running.run(request, async (id) => {
      const now = clock.now();
      const known = kept.get(id);
      if (known && known.expiresAt > now) return replayOf(request, known);
      const answer = await work();
      keep(id, { fingerprint: request.fingerprint, answer, expiresAt: now + lasting });
      return { answer, replayed: false };
    }),
  };
}
