import { systemClock, toMilliseconds, uuidGenerator, type Clock, type Duration } from '@org/enterprise-kernel';
import type { SigningKeys } from './signing-keys.js';

export interface TokenIssuerOptions {
  readonly keys: Pick<SigningKeys, 'sign'>;
  /** `iss` of every token. */
  readonly issuer: string;
  /** `aud` of every token: who may accept it. */
  readonly audience: string | readonly string[];
  /** From issue to expiry, in whole seconds. Minutes rather than hours: nothing outside of `Revocations` ends a token sooner. */
  readonly lifetime: Duration;
  /** `typ` of every token. @default at+jwt, an access token of RFC 9068 */
  readonly type?: string;
  /** @default systemClock */
  readonly clock?: Pick<Clock, 'now'>;
}

export interface IssueTokenOptions {
  /** `sub`: stable id of the user or service. */
  readonly subject: string;
  /** `sid`: the session that ends the token when it is revoked. @default none */
  readonly sessionId?: string;
  /** Further claims, e.g. `roles`, `scope`, `client_id`. Those that the issuer sets itself are not allowed. @default none */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface IssuedToken {
  readonly token: string;
  /** `jti`, a UUID version 7. */
  readonly tokenId: string;
  /** In milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** Seconds from now, as `expires_in` of a token answer has it (RFC 6749 section 5.1). */
  readonly expiresIn: number;
}

export interface TokenIssuer {
  /** @throws TypeError without a subject, and for claims that the issuer sets itself */
  issue(options: IssueTokenOptions): Promise<IssuedToken>;
}

const own = ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti', 'sid'];

/** Issues signed tokens of one kind (RFC 7519, RFC 9068). */
export function tokenIssuer({ keys, issuer, audience, lifetime, type = 'at+jwt', clock = systemClock }: TokenIssuerOptions): TokenIssuer {
  const expiresIn = toMilliseconds(lifetime) / 1000;
  if (!Number.isInteger(expiresIn) || expiresIn < 1) throw new TypeError('The lifetime of a token is a whole number of seconds, at least 1.');
  if (issuer === '' || audience.length === 0) throw new TypeError('A token needs an issuer and an audience.');
  const makeId = uuidGenerator({ clock });

  return {
    async issue({ subject, sessionId, claims = {} }) {
      if (subject === '' || sessionId === '') throw new TypeError('The subject and the session of a token must not be empty.');
      const reserved = own.find((name) => Object.hasOwn(claims, name));
      if (reserved !== undefined) throw new TypeError(`The claim "${reserved}" is set by the issuer.`);

      const now = Math.floor(clock.now() / 1000);
      const exp = now + expiresIn;
      const tokenId = makeId();
      const session = sessionId === undefined ? {} : { sid: sessionId };
      const token = await keys.sign({ ...claims, iss: issuer, sub: subject, aud: audience, iat: now, nbf: now, exp, jti: tokenId, ...session }, type);
      return { token, tokenId, expiresAt: exp * 1000, expiresIn };
    },
  };
}
