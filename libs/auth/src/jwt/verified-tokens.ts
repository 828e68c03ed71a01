import type { VerifiedToken } from './token-rules.js';

/** What is remembered of a token. */
export interface KnownToken {
  readonly verified: VerifiedToken;
  /** Until when it may be believed without verifying it again, in milliseconds since the Unix epoch. */
  readonly until: number;
}

/** Everything that is known about one session or subject, so that it can be forgotten in one step. */
interface Owner { forgotten: boolean }

interface Entry extends KnownToken {
  readonly owners: readonly (readonly [id: string, Owner])[];
}

interface Generation {
  readonly tokens: Map<string, Entry>;
  readonly owners: Map<string, Owner>;
}

const generation = (): Generation => ({ tokens: new Map(), owners: new Map() });

/**
 * Remembers verified tokens by their whole text, a bounded number of them.
 *
 * In two generations: when the young one has half of the bound, it becomes the old one, and what nobody asked for since then
 * goes. That keeps what is used at the cost of one look into a map, where an exact order of use would need two changes of it
 * for every hit. Forgetting a session or subject costs one step, however many tokens there are.
 */
export class VerifiedTokens {
  readonly #half: number;
  #young = generation();
  #old = generation();

  constructor(max: number) {
    this.#half = Math.ceil(max / 2);
  }

  get size(): number { return this.#young.tokens.size + this.#old.tokens.size; }

  get(token: string): KnownToken | undefined {
    let entry = this.#young.tokens.get(token);
    if (!entry) {
      entry = this.#old.tokens.get(token);
      if (!entry) return undefined;
      this.#old.tokens.delete(token);
      this.#insert(token, entry);
    }
    for (const [, owner] of entry.owners) {
      if (owner.forgotten) {
        this.delete(token);
        return undefined;
      }
    }
    return entry;
  }

  add(token: string, known: KnownToken): void {
    const { subject, sessionId } = known.verified;
    const ids = sessionId === undefined ? [subject] : [subject, sessionId];
    this.#insert(token, { ...known, owners: ids.map((id) => [id, this.#owner(id) ?? { forgotten: false }] as const) });
  }

  delete(token: string): void {
    this.#young.tokens.delete(token);
    this.#old.tokens.delete(token);
  }

  /** Forgets every token of a session or subject. */
  forget(id: string): void {
    const owner = this.#owner(id);
    if (owner) owner.forgotten = true;
    this.#young.owners.delete(id);
    this.#old.owners.delete(id);
  }

  clear(): void {
    this.#young = generation();
    this.#old = generation();
  }

  // Both generations hold the same object, if both have one.
  #owner(id: string): Owner | undefined {
    return this.#young.owners.get(id) ?? this.#old.owners.get(id);
  }

  #insert(token: string, entry: Entry): void {
    if (this.#young.tokens.size >= this.#half) {
      this.#old = this.#young;
      this.#young = generation();
    }
    this.#young.tokens.set(token, entry);
    for (const [id, owner] of entry.owners) if (!owner.forgotten) this.#young.owners.set(id, owner);
  }
}
