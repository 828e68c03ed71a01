import { noopMeter, systemClock, toMilliseconds, type Clock, type Duration, type Meter } from '@org/enterprise-kernel';
import type { Revocations } from '../revocations.js';
import { splitToken, type CompactToken } from './compact-token.js';
import { isPromise } from './is-promise.js';
import { refusalReason, refused, type RefusalReason } from './refusal.js';
import { checkClaims, checkHeader, normalType, type TokenRules, type VerifiedToken } from './token-rules.js';
import type { VerificationKey, VerificationKeys } from './verification-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

/** What every verifier of tokens takes, wherever its keys come from. */
export interface TokenRulesOptions {
  /** The one `iss` that is accepted, exactly. */
  readonly issuer: string;
  /** The `aud` that is accepted, or several: this service's own name, exactly. */
  readonly audience: string | readonly string[];
  /** The one `typ` that is accepted, with or without `application/`. @default at+jwt, an access token of RFC 9068 */
  readonly type?: string;
  /** How far `exp`, `nbf` and `iat` may be off, at most 5 minutes. @default 30 seconds */
  readonly clockSkew?: Duration;
  /** Longest token that is looked at, in characters. @default 8192 */
  readonly maxLength?: number;
  /** How many verified tokens are remembered at most; 0 remembers none. @default 10000 */
  readonly cacheSize?: number;
  /** Ends tokens before they expire. @default nothing does */
  readonly revocations?: Revocations;
  /** @default systemClock */
  readonly clock?: Pick<Clock, 'now'>;
  /** Counts `auth_token_verifications_total` by result: `remembered`, `verified`, or why not. @default counts nothing */
  readonly meter?: Meter;
}

export interface TokenVerifierOptions extends TokenRulesOptions {
  readonly keys: VerificationKeys;
}

/** Disposing it ends its subscription to {@link Revocations}. */
export interface TokenVerifier extends Disposable {
  /**
   * Returns what a token says, at once unless its key has to be fetched. The same object for the same token, for as long as
   * it is remembered.
   * @throws TOKEN_EXPIRED for a token that was valid in all else, TOKEN_INVALID for any other fault; `refusalReason` says which
   */
  verify(token: string): VerifiedToken | Promise<VerifiedToken>;
}

const longestSkew = 5 * 60_000;

/**
 * Verifies signed tokens by the rules of RFC 8725 section 3: the algorithm is the key's, the key is one that is known, and
 * type, issuer, audience and times are what they should be.
 * @throws TypeError for rules that would accept too much
 */
export function tokenVerifier({ keys, revocations, cacheSize = 10_000, maxLength = 8192, clock = systemClock, meter = noopMeter, ...options }: TokenVerifierOptions): TokenVerifier {
  const rules = compileRules(options);
  const known = new VerifiedTokens(cacheSize);
  const count = countBy(meter);
  const subscription = revocations?.subscribe(({ id }) => known.forget(id));
  let revision = keys.revision;

  const isRevoked = ({ sessionId, subject }: VerifiedToken): boolean =>
    revocations !== undefined && ((sessionId !== undefined && revocations.isRevoked(sessionId)) || revocations.isRevoked(subject));

  /** Runs without a pause from the check of the signature to the entry in memory, so no revocation can come in between. */
  function complete(token: string, parts: CompactToken, key: VerificationKey | undefined): VerifiedToken {
    if (!key) throw refused('unknown_key', 'No key of this id and algorithm is known.');
    if (!key.isSignature(parts.signingInput, parts.signature)) throw refused('signature', 'The signature does not belong to the token.');
    const verified = checkClaims(parts.claims(), rules, clock.now());
    if (isRevoked(verified)) throw refused('revoked', 'The session of the token was revoked.');
    if (cacheSize > 0) known.add(token, { verified, until: Math.min(verified.expiresAt + rules.clockSkew, key.until) });
    count('verified');
    return verified;
  }

  function verifyNew(token: string): VerifiedToken | Promise<VerifiedToken> {
    const parts = splitToken(token);
    const { kid, alg } = checkHeader(parts.header, rules.type);
    const key = keys.find(kid, alg);
    if (!isPromise(key)) return complete(token, parts, key);
    return key.then((found) => complete(token, parts, found)).catch(failed);
  }

  function recall(token: string): VerifiedToken | undefined {
    if (revision !== keys.revision) {
      known.clear();
      revision = keys.revision;
    }
    const entry = known.get(token);
    if (!entry) return undefined;
    if (clock.now() < entry.until && !isRevoked(entry.verified)) return entry.verified;
    known.delete(token);
    return undefined;
  }

  const failed = (error: unknown): never => {
    const reason = refusalReason(error);
    if (reason) count(reason);
    throw error;
  };

  return {
    verify(token) {
      try {
        if (token.length > maxLength) throw refused('too_long', `The token is longer than ${maxLength} characters.`);
        const remembered = recall(token);
        if (!remembered) return verifyNew(token);
        count('remembered');
        return remembered;
      } catch (error) {
        return failed(error);
      }
    },
    [Symbol.dispose]() {
      subscription?.();
      known.clear();
    },
  };
}

function compileRules({ issuer, audience, type = 'at+jwt', clockSkew = { seconds: 30 } }: TokenRulesOptions): TokenRules {
  const audiences = new Set(typeof audience === 'string' ? [audience] : audience);
  if (!issuer || !type || audiences.size === 0 || [...audiences].some((each) => !each)) {
    throw new TypeError('A verifier of tokens needs an issuer, an audience and a type.');
  }
  const skew = toMilliseconds(clockSkew);
  if (skew > longestSkew) throw new TypeError('The clock skew is at most 5 minutes; mend the clocks instead.');
  return { issuer, audiences, type: normalType(type), clockSkew: skew };
}

type VerificationResult = RefusalReason | 'remembered' | 'verified';

/** Binds each label once. */
function countBy(meter: Meter): (result: VerificationResult) => void {
  const counter = meter.counter({ name: 'auth_token_verifications_total', help: 'Access tokens by what became of them.', labels: ['result'] });
  const bound = new Map<VerificationResult, { add(value: number): void }>();
  return (result) => {
    let child = bound.get(result);
    if (!child) bound.set(result, child = counter.with({ result }));
    child.add(1);
  };
}
