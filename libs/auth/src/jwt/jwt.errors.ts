import { defineError, typedDetails } from '@org/enterprise-kernel';

/** A bearer token proves nothing. Why is on its cause alone, see `refusalReason`: a client that probes learns nothing. */
export const TokenInvalid = defineError('TOKEN_INVALID', { kind: 'unauthenticated', title: 'The access token is not valid.' });

/** A bearer token that was valid in all else is past its `exp`. */
export const TokenExpired = defineError('TOKEN_EXPIRED', { kind: 'unauthenticated', title: 'The access token has expired; get a new one.' });

/** A key cannot be used. Names the key by its place in the options and the fault, never its material. */
export const SigningKeyInvalid = defineError('SIGNING_KEY_INVALID', {
  kind: 'internal',
  title: 'A signing key cannot be used.',
  details: typedDetails<{ readonly key: string; readonly reason: string }>(),
});

export type JwtErrorCode = 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'SIGNING_KEY_INVALID';
