import { splitToken } from './compact-token.js';
import { refused } from './refusal.js';
import type { TokenVerifier } from './token-verifier.js';

export interface VerifierByIssuerOptions {
  /** A verifier for each `iss`, which checks it once more when it has verified the token. */
  readonly verifiers: Readonly<Record<string, Pick<TokenVerifier, 'verify'>>>;
  /** Longest token that is looked at, in characters. @default 8192 */
  readonly maxLength?: number;
}

/** Accepts tokens of several issuers, own and outside ones: each is given to the verifier of the issuer that it names. */
export function verifierByIssuer({ verifiers, maxLength = 8192 }: VerifierByIssuerOptions): Pick<TokenVerifier, 'verify'> {
  const known = new Map(Object.entries(verifiers));
  return {
    verify(token) {
      if (token.length > maxLength) throw refused('too_long', `The token is longer than ${maxLength} characters.`);
      const { iss } = splitToken(token).claims();
      const verifier = typeof iss === 'string' ? known.get(iss) : undefined;
      if (!verifier) throw refused('issuer', 'The token comes from an issuer that is not known.');
      return verifier.verify(token);
    },
  };
}
