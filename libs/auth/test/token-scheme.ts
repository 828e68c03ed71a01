import { Unauthenticated, type Caller } from '@org/enterprise-kernel';
import { createAuthenticator, permissionSet, type Authenticator, type CredentialScheme } from '../src/index.js';

const callers: Readonly<Record<string, readonly string[]>> = { ada: [], bob: [], eve: ['orders:read'], root: ['*'] };

/** Takes the name of a caller for a token. `slow-ada` is Ada, after a while. */
const scheme: CredentialScheme = {
  name: 'bearer', challenge: 'Bearer realm="test"', securityScheme: { type: 'http', scheme: 'bearer' },
  read: ({ header }) => /^Bearer (.+)$/.exec(header('authorization') ?? '')?.[1],
  verify(token) {
    const id = token.replace('slow-', '');
    const made = (): Caller => {
      if (token === 'broken') throw new Error('the key store is down: hunter2');
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
