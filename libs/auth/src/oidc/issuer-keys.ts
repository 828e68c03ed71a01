import { KeyObject } from 'node:crypto';
import type { Clock, Logger } from '@org/enterprise-kernel';
import { createRemoteJWKSet, customFetch, type RemoteJWKSet } from 'jose';
import { keyFault, signatureCheck, type AsymmetricAlgorithm } from '../jwt/algorithms.js';
import type { VerificationKey, VerificationKeys } from '../jwt/verification-keys.js';
import { discoverKeys, type DiscoverOptions } from './discover.js';
import { TokenIssuerUnavailable } from './oidc.errors.js';

/** All times in milliseconds. */
export interface IssuerKeysOptions extends DiscoverOptions {
  readonly algorithms: ReadonlySet<string>;
  readonly maxAge: number;
  readonly staleFor: number;
  readonly cooldown: number;
  readonly retryAfter: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

type FoundKey = Omit<VerificationKey, 'until'>;

/**
 * The keys of an outside issuer. jose fetches, checks and imports them and picks the one for a token; when to fetch is
 * decided here, because jose counts its cooldown from the last success, so that a dead issuer would be asked for every token,
 * and drops what it has when that is too old and cannot be renewed.
 */
export class IssuerKeys implements VerificationKeys {
  readonly #options: IssuerKeysOptions;
  #remote: RemoteJWKSet | undefined;
  /** What the last good answer was, to see whether another one differs. */
  #content = '';
  readonly #found = new Map<string, FoundKey>();
  #fetchedAt = -Infinity;
  #askedAt = -Infinity;
  #failure: unknown;
  #underWay: Promise<void> | undefined;
  #revision = 0;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  get revision(): number { return this.#revision; }
  /** How many keys are known. */
  get size(): number { return this.#remote?.jwks()?.keys.length ?? 0; }
  /** How old they are, in milliseconds; `Infinity` before there are any. */
  get age(): number { return this.#options.clock.now() - this.#fetchedAt; }
  /** Whether they should have been renewed and could not. */
  get stale(): boolean { return this.age >= this.#options.maxAge; }

  find(kid: string | undefined, alg: string): VerificationKey | undefined | Promise<VerificationKey | undefined> {
    if (!this.#options.algorithms.has(alg)) return undefined;
    const known = this.stale ? undefined : this.#found.get(`${alg} ${kid}`);
    return known ? this.#lend(known) : this.#search(kid, alg as AsymmetricAlgorithm);
  }

  /**
   * Renews keys that are too old.
   * @throws TOKEN_ISSUER_UNAVAILABLE when there are none then that may be used
   */
  async renew(): Promise<void> {
    const { retryAfter, maxAge, staleFor } = this.#options;
    const isUsable = (): boolean => this.age < maxAge + staleFor;
    if (this.stale) {
      const asked = this.#fetch(retryAfter);
      // Nobody waits for an issuer that failed before: it may take the whole time-out to fail again.
      if (this.#failure === undefined || !isUsable()) await asked;
    }
    if (!isUsable()) throw new TokenIssuerUnavailable(undefined, { cause: this.#failure });
  }

  async #search(kid: string | undefined, alg: AsymmetricAlgorithm): Promise<VerificationKey | undefined> {
    await this.renew();
    let key = await this.#pick(kid, alg);
    if (!key && kid !== undefined && await this.#fetch(this.#options.cooldown)) key = await this.#pick(kid, alg);
    return key && this.#lend(key);
  }

  /** While the issuer cannot be asked, what its keys verified is believed for a short time only. */
  #lend(key: FoundKey): VerificationKey {
    const { clock, maxAge, retryAfter } = this.#options;
    return { ...key, until: this.stale ? clock.now() + retryAfter : this.#fetchedAt + maxAge };
  }

  async #pick(kid: string | undefined, alg: AsymmetricAlgorithm): Promise<FoundKey | undefined> {
    const name = `${alg} ${kid}`;
    const known = this.#found.get(name);
    if (known) return known;
    const revision = this.#revision;
    try {
      const key = KeyObject.from(await this.#remote!({ alg, ...(kid !== undefined && { kid }) }));
      const fault = keyFault(alg, key);
      if (fault !== undefined) throw new TypeError(fault);
      const found = { kid: kid ?? '', alg, isSignature: signatureCheck(alg, key) };
      if (revision === this.#revision) this.#found.set(name, found);
      return found;
    } catch (error) {
      // No key, several that fit, or one that is of no use: to the token all that is the same.
      this.#options.logger.debug('A token names a key that its issuer does not offer.', { issuer: this.#options.issuer, error });
      return undefined;
    }
  }

  /** Asks the issuer, unless that was done less than `pause` ago; resolves to whether it was. Never rejects. */
  async #fetch(pause: number): Promise<boolean> {
    const now = this.#options.clock.now();
    if (!this.#underWay) {
      if (now - this.#askedAt < pause) return false;
      this.#askedAt = now;
      this.#underWay = this.#load().finally(() => { this.#underWay = undefined; });
    }
    await this.#underWay;
    return true;
  }

  async #load(): Promise<void> {
    const { clock, fetch, timeout, issuer, logger } = this.#options;
    try {
      // Discovered every time: an issuer may move its keys, and what is asked every few minutes may cost two requests.
      const url = await discoverKeys(this.#options);
      const remote = createRemoteJWKSet(url, {
        [customFetch]: fetch, timeoutDuration: timeout, cacheMaxAge: Infinity, cooldownDuration: Infinity,
      });
      await remote.reload();
      this.#remote = remote;
      this.#fetchedAt = clock.now();
      this.#failure = undefined;
      const content = JSON.stringify(remote.jwks());
      if (content === this.#content) return;
      this.#content = content;
      this.#found.clear();
      this.#revision += 1;
      logger.info('An issuer has published other keys than before.', { issuer, keys: remote.jwks()?.keys.map(({ kid }) => kid) });
    } catch (error) {
      this.#failure = error;
      logger.warn('The keys of an issuer could not be fetched.', { issuer, error });
    }
  }
}
