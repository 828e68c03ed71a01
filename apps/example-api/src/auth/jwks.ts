import type { SigningKeys } from '@org/enterprise-auth/jwt';
import { plainRoute, textAnswer, type PlainRoute } from '@org/enterprise-http';

/** The public keys of access tokens, for services that verify them (RFC 7517). */
export const jwksRoute = (keys: Pick<SigningKeys, 'jwks'>): PlainRoute => plainRoute({
  method: 'GET', path: '/.well-known/jwks.json', access: 'public',
  // Short enough that a new key is known long before it signs.
  handle: () => textAnswer(200, 'application/jwk-set+json', JSON.stringify(keys.jwks()), ['Cache-Control', 'public, max-age=300']),
});
