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
  readonly subject: Owner;
  readonly session: Owner | undefined;
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
    const entry = this.#young.tokens.get(token);
    if (entry) return this.#isCurrent(entry) ? entry : undefined;
    const older = this.#old.tokens.get(token);
    if (!older || !this.#isCurrent(older)) return undefined;
    this.#old.tokens.delete(token);
    this.#insert(token, older);
    return older;
  }

  add(token: string, known: KnownToken): void {
    const { subject, sessionId } = known.verified;
    this.#insert(token, { ...known, subject: this.#owner(subject), session: sessionId === undefined ? undefined : this.#owner(sessionId) });
  }

  delete(token: string): void {
    this.#young.tokens.delete(token);
    this.#old.tokens.delete(token);
  }

  /** Forgets every token of a session or subject. */
  forget(id: string): void {
    this.#owner(id).forgotten = true;
    this.#young.owners.delete(id);
    this.#old.owners.delete(id);
  }

  clear(): void {
    this.#young = generation();
    this.#old = generation();
  }

  #isCurrent({ subject, session }: Entry): boolean {
    return !subject.forgotten && !session?.forgotten;
  }

  // One object for an id: if both generations have one, it is the same.
  #owner(id: string): Owner {
    return this.#young.owners.get(id) ?? this.#old.owners.get(id) ?? { forgotten: false };
  }

  #insert(token: string, entry: Entry): void {
    if (this.#young.tokens.size >= this.#half) {
      this.#old = this.#young;
      this.#young = generation();
    }
    this.#young.tokens.set(token, entry);
    const { subject, sessionId } = entry.verified;
    this.#young.owners.set(subject, entry.subject);
    if (sessionId !== undefined) this.#young.owners.set(sessionId, entry.session!);
  }
}
