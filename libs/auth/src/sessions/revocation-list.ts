import { noopLogger, systemClock, type Clock, type Logger } from '@org/enterprise-kernel';
import type { Invalidation } from '../revocations.js';

const sweepEvery = 60_000;

export interface RevocationListOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
}

/** What is known in this process to be revoked, and who wants to hear of it. */
export class RevocationList {
  readonly #until = new Map<string, number>();
  readonly #listeners = new Set<(invalidation: Invalidation) => void>();
  readonly #clock: Clock;
  readonly #logger: Logger;
  #nextSweep = 0;

  constructor({ clock = systemClock, logger = noopLogger }: RevocationListOptions) {
    this.#clock = clock;
    this.#logger = logger;
  }

  get size(): number { return this.#until.size; }

  has(id: string): boolean {
    const until = this.#until.get(id);
    return until !== undefined && until > this.#clock.now();
  }

  subscribe(listener: (invalidation: Invalidation) => void): () => void {
    // Its own function each time, so that one listener may subscribe twice.
    const own = (invalidation: Invalidation): void => listener(invalidation);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  apply(invalidation: Invalidation): void {
    const { id, kind, until } = invalidation;
    const now = this.#clock.now();
    if (kind === 'revoked' && until > now) this.#until.set(id, Math.max(until, this.#until.get(id) ?? 0));
    for (const listener of [...this.#listeners]) {
      try {
        listener(invalidation);
      } catch (error) {
        this.#logger.error('A listener for revocations failed.', { id, error });
      }
    }
    this.#sweep(now);
  }

  #sweep(now: number): void {
    if (now < this.#nextSweep) return;
    this.#nextSweep = now + sweepEvery;
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id);
  }
}
