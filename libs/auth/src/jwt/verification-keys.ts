import type { SignatureCheck } from './algorithms.js';

/** A key that verifies tokens of one algorithm. */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: string;
  /** Until when what it verified may be believed without asking again, in milliseconds since the Unix epoch. */
  readonly until: number;
  readonly isSignature: SignatureCheck;
}

/** Where a verifier finds the key of a token. */
export interface VerificationKeys {
  /** Rises when keys were replaced: what was verified before has to be verified again. */
  readonly revision: number;
  /**
   * Returns the key of this id and algorithm, or `undefined`. `kid` and `alg` come from a token that nobody has verified
   * yet: they are compared with what is in memory and used for nothing else (RFC 8725 section 3.10).
   */
  find(kid: string | undefined, alg: string): VerificationKey | undefined | Promise<VerificationKey | undefined>;
}
