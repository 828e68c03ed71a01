import { createHash } from 'node:crypto';
import { noopLogger, systemClock, type Clock, type Duration, type Logger } from '@org/enterprise-kernel';

/** Knows passwords that have been stolen somewhere. */
export interface CompromisedPasswords {
  /** Never rejects: who cannot tell answers `false`. */
  isCompromised(password: string): Promise<boolean>;
}

export interface PwnedPasswordsOptions {
  /** Where the range API is. @default https://api.pwnedpasswords.com */
  readonly url?: string | URL;
  /** How long an answer may take. @default { seconds: 2 } */
  readonly timeout?: Duration;
  /** In how many breaches a password must have been found. @default 1 */
  readonly minCount?: number;
  /** @default the global one */
  readonly fetch?: typeof globalThis.fetch;
  /** Learns when the service does not answer. @default silent */
  readonly logger?: Logger;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Asks Pwned Passwords, or a copy of it, by k-anonymity: five of the forty digits of the password's SHA-1 leave the process,
 * and the answer, padded so that its length tells nothing, is searched for the others here. When the service does not answer
 * in time, the password passes and a line is logged.
 * @see https://haveibeenpwned.com/API/v3#PwnedPasswords
 */
export function pwnedPasswords(options: PwnedPasswordsOptions = {}): CompromisedPasswords {
  const { url = 'https://api.pwnedpasswords.com', timeout = { seconds: 2 }, minCount = 1, fetch = globalThis.fetch, logger = noopLogger, clock = systemClock } = options;
  const base = String(url).replace(/\/+$/, '');

  async function range(prefix: string): Promise<string> {
    const late = new AbortController();
    const timer = clock.schedule(timeout, () => late.abort(new Error('It took too long to answer.')), { keepAlive: true });
    try {
      const headers = { 'Add-Padding': 'true', 'User-Agent': '@org/enterprise-auth' };
      const response = await fetch(`${base}/range/${prefix}`, { headers, redirect: 'error', signal: late.signal });
      if (response.ok) return await response.text();
      await response.body?.cancel();
      throw new Error(`It answered ${response.status}.`);
    } finally {
      timer[Symbol.dispose]();
    }
  }

  return {
    async isCompromised(password) {
      const digest = createHash('sha1').update(password).digest('hex').toUpperCase();
      try {
        const found = new RegExp(`^${digest.slice(5)}:(\\d+)`, 'mi').exec(await range(digest.slice(0, 5)));
        return found !== null && Number(found[1]) >= Math.max(1, minCount);
      } catch (error) {
        logger.warn('A password was not compared with those of known data breaches.', { error });
        return false;
      }
    },
  };
}
