export type { Fetch, FetchInit } from './bounded-fetch.js';
export { TokenIssuerUnavailable, type OidcErrorCode } from './oidc.errors.js';
export { oidcVerifier, type OidcVerifier, type OidcVerifierOptions } from './oidc-verifier.js';
