import { formatMilliseconds, toMilliseconds, type Duration } from '@org/enterprise-kernel';
import { assertGrant } from '../permissions/permission-set.js';
import { ApiKeyRequestInvalid } from './api-key.errors.js';

export interface ApiKeyRules {
  /** The longest name, in characters. @default 100 */
  readonly maxNameLength?: number;
  /** @default 50 */
  readonly maxScopes?: number;
  /** Keys that last longer, or for ever, are refused, and a key lasts so long if nothing else is said. @default they last until they are revoked */
  readonly maxLifetime?: Duration;
}

type Field = 'name' | 'scopes' | 'expiresIn' | 'overlap';

/** What may be said of a key. All throw API_KEY_REQUEST_INVALID. */
export function apiKeyRules({ maxNameLength = 100, maxScopes = 50, maxLifetime }: ApiKeyRules) {
  const longest = maxLifetime && toMilliseconds(maxLifetime);

  function end(field: Field, length: number, now: number): Date {
    if (longest !== undefined && length > longest) refuse(field, `must be no more than ${formatMilliseconds(longest)}`);
    const at = new Date(now + length);
    // Dates of more than four digits are written in a way that databases do not read.
    return at.getTime() < Date.UTC(10_000, 0) ? at : refuse(field, 'ends after the year 9999');
  }
  return {
    name(given: string): string {
      const name = given.trim();
      if (name === '' || name.length > maxNameLength) refuse('name', `must have 1 to ${maxNameLength} characters`);
      if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) refuse('name', 'must be a line of text');
      return name;
    },

    scopes(given: readonly string[]): readonly string[] {
      const scopes = [...new Set(given)];
      if (scopes.length > maxScopes) refuse('scopes', `must be no more than ${maxScopes}`);
      if (!scopes.every(isScope)) refuse('scopes', 'must be permissions such as orders:read or orders:*, of at most 100 characters');
      return Object.freeze(scopes);
    },

    /** @param given @default the longest lifetime */
    expiresAt: (given: Duration | undefined, now: number): Date | undefined => {
      const lifetime = given ? toMilliseconds(given) : longest;
      if (lifetime === 0) refuse('expiresIn', 'must be longer than nothing');
      return lifetime === undefined ? undefined : end('expiresIn', lifetime, now);
    },

    overlapsUntil(given: Duration, now: number): Date | undefined {
      const overlap = toMilliseconds(given);
      return overlap === 0 ? undefined : end('overlap', overlap, now);
    },
  };
}

function isScope(scope: string): boolean {
  try {
    assertGrant(scope);
    return scope.length <= 100;
  } catch {
    return false;
  }
}

const named: Record<Field, string> = { name: 'name', scopes: 'scopes', expiresIn: 'lifetime', overlap: 'overlap' };

function refuse(field: Field, reason: string): never {
  throw new ApiKeyRequestInvalid({ field, reason }, { message: `The ${named[field]} of an API key ${reason}.` });
}
