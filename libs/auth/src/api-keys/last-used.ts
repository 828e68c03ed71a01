import { leaveContext, type Logger } from '@org/enterprise-kernel';
import type { ApiKeyStore } from './api-key-store.js';

const atMostEvery = 60_000;

/** Notes when keys were used: beside the requests, and once a minute for each key at most. */
export class LastUsed {
  readonly #store: ApiKeyStore;
  readonly #logger: Logger;
  readonly #maxEntries: number;
  /** When each key was noted here last, successfully or not. */
  readonly #noted = new Map<string, number>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(store: ApiKeyStore, logger: Logger, maxEntries: number) {
    this.#store = store;
    this.#logger = logger;
    this.#maxEntries = maxEntries;
  }

  /** @param known when it was used last, as far as the store knew */
  note(id: string, now: number, known: number): void {
    if (now - Math.max(known, this.#noted.get(id) ?? 0) < atMostEvery) return;
    this.#noted.delete(id); // so that the first one is the one noted the longest ago
    this.#noted.set(id, now);
    if (this.#noted.size > this.#maxEntries) for (const oldest of this.#noted.keys()) { this.#noted.delete(oldest); break; }
    const writing = leaveContext(async () => this.#store.touch(id, new Date(now)))
      .catch((error: unknown) => this.#logger.warn('The last use of an API key could not be noted.', { error, api_key: id }))
      .finally(() => this.#underWay.delete(writing));
    this.#underWay.add(writing);
  }

  /** Waits for what is being written. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}
