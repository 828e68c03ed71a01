import { defineError, Unauthenticated, type Caller } from '@org/enterprise-kernel';
import { createAuthenticator, permissionSet, type Authenticator, type CredentialScheme } from '../src/index.js';

const callers: Readonly<Record<string, readonly string[]>> = { ada: [], bob: [], eve: ['orders:read'], root: ['*'] };

const TokenExpired = defineError('TOKEN_EXPIRED', { kind: 'unauthenticated', title: 'Expired.' });

/** Takes the name of a caller for a token. `slow-ada` is Ada, after a while. */
const scheme: CredentialScheme = {
  name: 'bearer', challenge: (error) => `Bearer realm="test"${TokenExpired.is(error) ? ', error="invalid_token"' : ''}`, securityScheme: { type: 'http', scheme: 'bearer' },
  read: ({ header }) => /^Bearer (.+)$/.exec(header('authorization') ?? '')?.[1],
  verify(token) {
    const id = token.replace('slow-', '');
    const made = (): Caller => {
      if (token === 'broken') throw new Error('the key store is down: hunter2');
      if (token === 'expired') throw new TokenExpired();
      const granted = callers[id];
      if (!granted) throw new Unauthenticated();
      return { id, kind: 'user', via: 'test', roles: [], permissions: permissionSet(granted), tenant: 't1' };
    };
    return token.startsWith('slow-') ? new Promise((resolve) => { setImmediate(resolve); }).then(made) : made();
  },
};
const key: CredentialScheme = {
  name: 'key', securityScheme: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  read: ({ header }) => header('x-api-key'),
  verify: () => { throw new Unauthenticated(); },
};

export const testAuthenticator: Authenticator = createAuthenticator({ schemes: [scheme, key] });
