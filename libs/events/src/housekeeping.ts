import type { Logger } from '@org/enterprise-kernel';
import type { BusMetrics } from './bus-metrics.js';
import type { EventStore, Lane } from './event-store.js';

const measureEvery = 15_000;
const purgeEvery = 60_000;
const registerEvery = 3_600_000;
const purgeAtMost = 500;

export interface HousekeepingOptions {
  readonly lanes: readonly Lane[];
  /** Milliseconds. */
  readonly retention: number;
  readonly logger: Logger;
  readonly metrics: BusMetrics;
}

/** What a bus does now and then beside its work. */
export class Housekeeping {
  readonly #store: EventStore;
  readonly #options: HousekeepingOptions;
  readonly #reported = new Set<string>();
  #nextMeasure = 0;
  #nextPurge = 0;
  #nextRegister: number | undefined;

  constructor(store: EventStore, options: HousekeepingOptions) {
    this.#store = store;
    this.#options = options;
  }

  async run(now: number): Promise<void> {
    const { lanes, retention } = this.#options;
    this.#nextRegister ??= now + registerEvery;
    if (now >= this.#nextRegister) {
      this.#nextRegister = now + registerEvery;
      await this.#store.register(lanes, new Date(now));
    }
    if (now >= this.#nextMeasure) {
      this.#nextMeasure = now + measureEvery;
      await this.#measure(now);
    }
    if (now >= this.#nextPurge) {
      // A full batch means that there is more: it goes with the next poll, so that events are not held up by it.
      const purged = await this.#store.purge(new Date(now - retention), purgeAtMost);
      if (purged < purgeAtMost) this.#nextPurge = now + purgeEvery;
    }
  }

  async #measure(now: number): Promise<void> {
    const { lanes, logger, metrics } = this.#options;
    const known = lanes.map(({ subscriber }) => subscriber);
    const backlogs = await this.#store.backlogs();
    metrics.backlogs(backlogs, known, now);
    for (const { subscriber, pending, seenAt } of backlogs) {
      const alive = known.includes(subscriber) || (seenAt !== undefined && now - seenAt.getTime() < 2 * registerEvery);
      if (alive || pending === 0 || this.#reported.has(subscriber)) continue;
      this.#reported.add(subscriber);
      logger.warn('Events wait for a subscriber that no process has.', { subscriber, pending });
    }
  }
}
