import { refused } from './refusal.js';

/** What a verified token says. Frozen, as all requests with the same token share it. */
export interface VerifiedToken {
  /** `sub`. */
  readonly subject: string;
  /** `sid`: the session that the token belongs to. */
  readonly sessionId?: string;
  /** `jti`. Tells tokens apart; the text of a token does not, as an ECDSA signature can be written in two ways. */
  readonly tokenId?: string;
  /** When it expires, in milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** All claims, those above among them. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface TokenRules {
  readonly issuer: string;
  readonly audiences: ReadonlySet<string>;
  /** Media type in lower case, without `application/`. */
  readonly type: string;
  /** In milliseconds. */
  readonly clockSkew: number;
}

/** `at+jwt` and `application/at+jwt` are one type in any case (RFC 7515 section 4.1.9, RFC 9068 section 4). */
export const normalType = (type: string): string => type.toLowerCase().replace(/^application\/(?=[^/]*$)/, '');

/** Checks what the header says. Members that would name a key (`jku`, `jwk`, `x5u`, `x5c`) are never looked at. */
export function checkHeader({ alg, crit, typ, kid }: Readonly<Record<string, unknown>>, type: string): { readonly alg: string; readonly kid: string | undefined } {
  if (typeof alg !== 'string' || alg === '' || alg.toLowerCase() === 'none') throw refused('algorithm', 'The token names no algorithm.');
  if (crit !== undefined) throw refused('critical_header', 'The token asks for an extension.');
  if (typeof typ !== 'string' || normalType(typ) !== type) throw refused('type', 'The token is of another type.');
  if (kid !== undefined && typeof kid !== 'string') throw refused('unknown_key', 'The kid of the token is not text.');
  return { alg, kid };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isOptionalText = (value: unknown): value is string | undefined => value === undefined || isText(value);
const isOptionalTime = (value: unknown): value is number | undefined => value === undefined || Number.isFinite(value);

/** Checks the claims of a token whose signature holds (RFC 7519 section 4.1). `exp` comes last, so that an expired token was valid in all else. */
export function checkClaims(claims: Record<string, unknown>, { issuer, audiences, clockSkew }: TokenRules, now: number): VerifiedToken {
  const { iss, aud, sub, exp, nbf, iat, sid, jti } = claims;
  if (iss !== issuer) throw refused('issuer', 'The token comes from another issuer.');
  if (!isMeantFor(aud, audiences)) throw refused('audience', 'The token is meant for somebody else.');
  if (!isText(sub)) throw refused('claims', 'The token has no subject.');
  if (!Number.isFinite(exp)) throw refused('claims', 'The token has no time of expiry.');
  if (!isOptionalText(sid) || !isOptionalText(jti)) throw refused('claims', 'The sid or jti of the token is not text.');
  if (!isOptionalTime(nbf) || !isOptionalTime(iat)) throw refused('claims', 'The nbf or iat of the token is not a number.');
  const latest = now + clockSkew;
  if (nbf !== undefined && nbf * 1000 > latest) throw refused('not_yet_valid', 'The token is not valid yet.');
  if (iat !== undefined && iat * 1000 > latest) throw refused('not_yet_valid', 'The token was issued in the future.');
  const expiresAt = (exp as number) * 1000;
  if (expiresAt + clockSkew <= now) throw refused('expired', 'The token has expired.');
  return Object.freeze({
    subject: sub, expiresAt, claims: deepFreeze(claims),
    ...(sid !== undefined && { sessionId: sid }), ...(jti !== undefined && { tokenId: jti }),
  });
}

const isMeantFor = (aud: unknown, audiences: ReadonlySet<string>): boolean =>
  Array.isArray(aud) ? aud.every(isText) && aud.some((each) => audiences.has(each)) : isText(aud) && audiences.has(aud);

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member);
  return Object.freeze(value);
}
