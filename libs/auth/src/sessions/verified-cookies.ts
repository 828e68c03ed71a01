import { systemClock, toMilliseconds, type Caller, type Clock, type Duration } from '@org/enterprise-kernel';
import type { Invalidation, Revocations } from '../revocations.js';
import { cookieSecretHash } from './cookie-secrets.js';
import type { Session } from './session.js';

export interface VerifiedCookiesOptions {
  readonly revocations: Revocations;
  /** How long a session that was read from the store is believed. @default 30 s */
  readonly cacheFor?: Duration;
  /** How many sessions are remembered at once. @default 10,000 */
  readonly maxCached?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

interface Verified { readonly session: Session; readonly caller: Caller; readonly until: number }

/** Remembers for a short while whom a cookie proved, and forgets what is revoked or has changed. Cookies are kept as hashes. */
export class VerifiedCookies implements Disposable {
  readonly #known = new Map<string, Verified>();
  readonly #revocations: Revocations;
  readonly #clock: Clock;
  readonly #lasting: number;
  readonly #most: number;
  readonly #unsubscribe: () => void;
  #changes = 0;

  constructor({ revocations, cacheFor = { seconds: 30 }, maxCached = 10_000, clock = systemClock }: VerifiedCookiesOptions) {
    this.#revocations = revocations;
    this.#clock = clock;
    this.#lasting = toMilliseconds(cacheFor);
    this.#most = maxCached;
    this.#unsubscribe = revocations.subscribe((invalidation) => this.#forget(invalidation));
  }

  find(secret: string): Verified | undefined {
    const key = cookieSecretHash(secret);
    const found = this.#known.get(key);
    if (!found) return undefined;
    const now = this.#clock.now();
    if (found.until > now && found.session.expiresAt.getTime() > now && !this.#mayBeRevoked(found.session.id)) return found;
    this.#known.delete(key);
    return undefined;
  }

  /** Asks `look`, and remembers the answer unless something was revoked or changed meanwhile, which it may have missed. */
  async lookUp(secret: string, look: () => Promise<Pick<Verified, 'session' | 'caller'> | undefined>): Promise<Pick<Verified, 'session' | 'caller'> | undefined> {
    const changes = this.#changes;
    const found = await look();
    if (found && changes === this.#changes) this.#remember(cookieSecretHash(secret), { ...found, until: this.#clock.now() + this.#lasting });
    return found;
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
    this.#known.clear();
  }

  #remember(key: string, verified: Verified): void {
    this.#known.delete(key);
    // A Map keeps the order of insertion: the first is the one that was read from the store longest ago.
    if (this.#known.size >= this.#most) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, verified);
  }

  // Where nobody can tell at present, the store is asked.
  #mayBeRevoked(id: string): boolean {
    try {
      return this.#revocations.isRevoked(id);
    } catch {
      return true;
    }
  }

  #forget({ id }: Invalidation): void {
    this.#changes++;
    for (const [key, { session }] of this.#known) if (session.id === id || session.subject === id) this.#known.delete(key);
  }
}
