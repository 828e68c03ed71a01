import { hash, timingSafeEqual } from 'node:crypto';
import type { Caller, Clock, Meter } from '@org/enterprise-kernel';
import type { Revocations } from '../revocations.js';
import type { ApiKeyFormat } from './api-key-format.js';
import { ApiKeyInvalid } from './api-key.errors.js';
import type { KeyLookups } from './key-lookups.js';
import type { LastUsed } from './last-used.js';
import type { VerifiedKey } from './verified-keys.js';

export interface ApiKeyVerifierOptions {
  readonly format: ApiKeyFormat;
  readonly lookups: KeyLookups;
  readonly lastUsed: LastUsed;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** What became of a key that was presented. */
type Outcome = 'accepted' | 'malformed' | 'unknown' | 'wrong' | 'expired' | 'revoked';

/**
 * Makes the check of a presented key. What is not written like a key, or has a wrong checksum, is not looked up. Whether a
 * key is remembered or not, its hash is compared every time: it is not success that is remembered, but what to compare with.
 */
export function apiKeyVerifier({ format, lookups, lastUsed, revocations, clock, meter }: ApiKeyVerifierOptions): (text: string) => Caller | Promise<Caller> {
  const checks = meter.counter({ name: 'api_key_checks_total', help: 'API keys that were presented, by what became of them.', labels: ['outcome'] });
  const count = (outcome: Outcome) => checks.with({ outcome });
  const counted = { accepted: count('accepted'), malformed: count('malformed'), unknown: count('unknown'), wrong: count('wrong'), expired: count('expired'), revoked: count('revoked') };

  function admit(id: string, key: VerifiedKey | undefined, digest: Uint8Array): Caller {
    const now = clock.now();
    const outcome = judge(key, digest, now, revocations.isRevoked(id));
    counted[outcome].add(1);
    if (outcome !== 'accepted') throw new ApiKeyInvalid();
    lastUsed.note(id, now, key!.usedAt);
    return key!.caller;
  }

  return (text) => {
    const id = format.idOf(text);
    if (id === undefined) {
      counted.malformed.add(1);
      throw new ApiKeyInvalid();
    }
    const digest = hash('sha256', text, 'buffer');
    const known = lookups.known(id);
    return known ? admit(id, known, digest) : lookups.find(id).then((found) => admit(id, found, digest));
  };
}

const nothing = new Uint8Array(32);

function judge(key: VerifiedKey | undefined, digest: Uint8Array, now: number, revoked: boolean): Outcome {
  // Compared first, so that all who are refused have been through the same.
  const current = timingSafeEqual(digest, key?.hash ?? nothing);
  const replaced = timingSafeEqual(digest, key?.replaced?.hash ?? nothing);
  if (!key) return 'unknown';
  if (!current && !replaced) return 'wrong';
  if (revoked) return 'revoked';
  return now < key.expiresAt && (current || now < key.replaced!.until) ? 'accepted' : 'expired';
}
