import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is used of the npm package `oidc-provider`, which has no types. */
interface ProviderClass {
  new (issuer: string, configuration: object): { callback(): RequestListener };
}

export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  /** How often each path was asked for. */
  readonly requests: Readonly<Record<string, number>>;
  /** Gets an access token for a resource by the client credentials grant (RFC 6749 section 4.4, RFC 8707). */
  token(resource: string): Promise<string>;
  /** Signs with other keys from now on; the first one signs. */
  rotate(keys: readonly object[]): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const algorithms = ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** Runs a certified OpenID provider on a free loopback port. */
export async function startProvider(keys: readonly object[]): Promise<TestProvider> {
  const { default: Provider } = (await import('oidc-provider' as string)) as { default: ProviderClass };
  const requests: Record<string, number> = {};
  const server = createServer((request, response) => {
    requests[request.url!] = (requests[request.url!] ?? 0) + 1;
    provider(request, response);
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const issuer = `http://127.0.0.1:${port}`;
  const client = { client_id: 'orders-client', client_secret: 'a-secret-of-this-test-only-0123456789' };

  const make = (signing: readonly object[]): RequestListener => new Provider(issuer, {
    // It is about ID tokens, of which there are none here, and has to fit the keys all the same.
    clients: [{ ...client, grant_types: ['client_credentials'], redirect_uris: [], response_types: [], id_token_signed_response_alg: (signing[0] as { alg: string }).alg }],
    enabledJWA: { idTokenSigningAlgValues: algorithms },
    cookies: { keys: ['of this test only'] },
    jwks: { keys: signing },
    ttl: { ClientCredentials: 3600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: 'orders:read', audience: resource, accessTokenTTL: 3600, accessTokenFormat: 'jwt', jwt: { sign: { alg: (signing[0] as { alg: string }).alg } },
        }),
      },
    },
  }).callback();
  let provider = make(keys);

  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return {
    issuer,
    requests,
    async token(resource) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'orders:read', resource }),
      });
      const answer = (await response.json()) as { readonly access_token?: string };
      if (answer.access_token === undefined) throw new Error(`The provider gave no token: ${JSON.stringify(answer)}`);
      return answer.access_token;
    },
    rotate(next) { provider = make(next); },
    stop,
    async start() { if (!server.listening) await listen(port); },
    [Symbol.asyncDispose]: stop,
  };
}
