import { defineError } from '@org/enterprise-kernel';

/** The keys of an outside issuer cannot be had, and none that are recent enough are at hand. */
export const TokenIssuerUnavailable = defineError('TOKEN_ISSUER_UNAVAILABLE', {
  kind: 'unavailable',
  title: 'Access tokens cannot be verified at the moment; try again in a little while.',
});

export type OidcErrorCode = 'TOKEN_ISSUER_UNAVAILABLE';
