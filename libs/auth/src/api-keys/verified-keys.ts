import type { Caller } from '@org/enterprise-kernel';

/** A key that was looked up, and whom it proves. Times are milliseconds since the Unix epoch. */
export interface VerifiedKey {
  readonly id: string;
  readonly caller: Caller;
  /** SHA-256 of the key. */
  readonly hash: Uint8Array;
  readonly replaced: { readonly hash: Uint8Array; readonly until: number } | undefined;
  readonly expiresAt: number;
  /** When it was used last, as far as the store knew. */
  readonly usedAt: number;
  /** Until when it may be believed without asking again. */
  readonly until: number;
}

/** Remembers a bounded number of keys, and forgets them by their id or by their owner's. */
export class VerifiedKeys {
  readonly #keys = new Map<string, VerifiedKey>();
  readonly #owners = new Map<string, Set<string>>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number { return this.#keys.size; }

  /** How many owners they have. */
  get owners(): number { return this.#owners.size; }

  get(id: string, now: number): VerifiedKey | undefined {
    const key = this.#keys.get(id);
    return key && now < key.until ? key : undefined;
  }

  add(key: VerifiedKey): void {
    this.#drop(key.id);
    // The first one in the order of insertion was looked up the longest ago.
    if (this.#keys.size >= this.#max) for (const oldest of this.#keys.keys()) { this.#drop(oldest); break; }
    this.#keys.set(key.id, key);
    const { id: owner } = key.caller;
    const ids = this.#owners.get(owner);
    if (ids) ids.add(key.id);
    else this.#owners.set(owner, new Set([key.id]));
  }

  /** @param id of a key, or of an owner, all of whose keys are forgotten */
  forget(id: string): void {
    this.#drop(id);
    for (const key of [...this.#owners.get(id) ?? []]) this.#drop(key);
  }

  #drop(id: string): void {
    const key = this.#keys.get(id);
    if (!key) return;
    this.#keys.delete(id);
    const ids = this.#owners.get(key.caller.id)!;
    ids.delete(id);
    if (ids.size === 0) this.#owners.delete(key.caller.id);
  }
}
