import type { Caller } from '@org/enterprise-kernel';
import type { CredentialScheme } from '../credentials.js';
import { callerFromClaims } from './caller-from-claims.js';
import { isPromise } from './is-promise.js';
import { TokenExpired, TokenInvalid } from './jwt.errors.js';
import type { VerifiedToken } from './token-rules.js';
import type { TokenVerifier } from './token-verifier.js';

export interface BearerSchemeOptions {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  /**
   * Says whom a token stands for. Asked once for a remembered token, and again after an `Invalidation` of its session or
   * subject. @default `callerFromClaims()`
   */
  readonly caller?: (token: VerifiedToken) => Caller | Promise<Caller>;
  /** Key of the scheme in an OpenAPI document. @default bearer */
  readonly name?: string;
  /** Names the protection space in the challenge, without quotes or backslashes. @default none */
  readonly realm?: string;
}

// The rest of the line belongs to us whatever it looks like: a broken token is refused, not overlooked.
const bearer = /^bearer(?: +(.*))?$/is;

/** Accepts `Authorization: Bearer` (RFC 6750 section 2.1); other schemes of that header belong to somebody else. */
export function bearerScheme({ verifier, caller = callerFromClaims(), name = 'bearer', realm }: BearerSchemeOptions): CredentialScheme {
  if (realm !== undefined && !/^[ !#-[\]-~]*$/.test(realm)) throw new TypeError('A realm is visible ASCII without quotes or backslashes.');
  const challenge = realm === undefined ? 'Bearer' : `Bearer realm="${realm}"`;
  // RFC 6750 section 3.1. Who has presented no token hears nothing of one.
  const refused = `${challenge}${realm === undefined ? '' : ','} error="invalid_token"`;
  // By the verified token, which is another one after an invalidation: a mapping that was under way then is never found again.
  const callers = new WeakMap<VerifiedToken, Caller | Promise<Caller>>();

  function callerOf(token: VerifiedToken, credential: string): Caller | Promise<Caller> {
    const known = callers.get(token);
    if (known) return known;
    const made = caller(token);
    if (!isPromise(made)) {
      callers.set(token, made);
      return made;
    }
    const settled = Promise.resolve(made).then(async (found) => {
      // Once more, as the session may have been revoked while its caller was looked up.
      await verifier.verify(credential);
      callers.set(token, found);
      return found;
    });
    callers.set(token, settled);
    settled.catch(() => callers.delete(token));
    return settled;
  }

  return {
    name,
    securityScheme: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    challenge: (error) => (TokenInvalid.is(error) || TokenExpired.is(error) ? refused : challenge),
    read(request) {
      const match = bearer.exec(request.header('authorization') ?? '');
      return match ? match[1] ?? '' : undefined;
    },
    verify(credential) {
      const token = verifier.verify(credential);
      return isPromise(token) ? token.then((verified) => callerOf(verified, credential)) : callerOf(token, credential);
    },
  };
}
