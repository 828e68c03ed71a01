import { leaveContext, type Clock } from '@org/enterprise-kernel';
import type { Revocations } from '../revocations.js';
import { VerifiedKeys, type VerifiedKey } from './verified-keys.js';

export interface KeyLookupsOptions {
  /** Reads a key and its owner, without what is only true of the cache. */
  readonly read: (id: string) => Promise<Omit<VerifiedKey, 'until'> | undefined>;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly maxEntries: number;
  /** Milliseconds. */
  readonly ttl: number;
}

/** Looks keys up once for all who ask at the same time, and remembers what it found until it may have changed. */
export class KeyLookups implements Disposable {
  readonly #options: KeyLookupsOptions;
  readonly #known: VerifiedKeys;
  readonly #underWay = new Map<string, Promise<VerifiedKey | undefined>>();
  /** What was invalidated during each reading. */
  readonly #watches = new Set<Set<string>>();
  readonly #unsubscribe: () => void;

  constructor(options: KeyLookupsOptions) {
    this.#options = options;
    this.#known = new VerifiedKeys(options.maxEntries);
    this.#unsubscribe = options.revocations.subscribe(({ id }) => {
      this.#known.forget(id);
      for (const watch of this.#watches) watch.add(id);
    });
  }

  /** How many keys are remembered. */
  get size(): number { return this.#known.size; }

  /** Returns a key that need not be looked up. */
  known(id: string): VerifiedKey | undefined {
    return this.#known.get(id, this.#options.clock.now());
  }

  find(id: string): Promise<VerifiedKey | undefined> {
    let lookup = this.#underWay.get(id);
    if (!lookup) {
      // Others wait for it too, so it must not end with the request that happened to be the first.
      lookup = leaveContext(() => this.#lookUp(id)).finally(() => this.#underWay.delete(id));
      this.#underWay.set(id, lookup);
    }
    return lookup;
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }

  async #lookUp(id: string): Promise<VerifiedKey | undefined> {
    const { read, clock, ttl } = this.#options;
    for (;;) {
      const changed = new Set<string>();
      this.#watches.add(changed);
      try {
        const now = clock.now();
        const found = await read(id);
        // What was read may be from before the change, and the word of the change does not come a second time.
        if (changed.has(id) || (found && changed.has(found.caller.id))) continue;
        if (!found) return undefined;
        const key = { ...found, until: Math.min(now + ttl, found.expiresAt) };
        if (key.until > now) this.#known.add(key);
        return key;
      } finally {
        this.#watches.delete(changed);
      }
    }
  }
}
