import { TokenExpired, TokenInvalid } from './jwt.errors.js';

/** Why a token was refused, for logs and metrics; never for the client. */
export type RefusalReason =
  | 'too_long' | 'malformed' | 'algorithm' | 'critical_header' | 'type' | 'unknown_key' | 'signature'
  | 'issuer' | 'audience' | 'claims' | 'not_yet_valid' | 'expired' | 'revoked';

/** The cause of a refusal. */
class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }

  static {
    Object.defineProperty(this.prototype, 'name', { value: 'Refusal' });
  }
}

/** Makes the error for a token that is refused; `message` says more, for logs, and must not repeat what the token says. */
export const refused = (reason: RefusalReason, message: string): Error =>
  new (reason === 'expired' ? TokenExpired : TokenInvalid)(undefined, { cause: new Refusal(reason, message) });

/** Tells why a token was refused, or `undefined` for any other error. */
export function refusalReason(error: unknown): RefusalReason | undefined {
  if (!TokenInvalid.is(error) && !TokenExpired.is(error)) return undefined;
  return (error.cause as Partial<Refusal> | undefined)?.reason;
}
