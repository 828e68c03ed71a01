import type { Fetch } from './bounded-fetch.js';
import { discoveryUrl, trustedUrl } from './issuer-url.js';

export interface DiscoverOptions {
  readonly issuer: string;
  readonly fetch: Fetch;
  /** In milliseconds. */
  readonly timeout: number;
  readonly allowLoopback: boolean;
}

/**
 * Asks an issuer where its keys are (OpenID Connect Discovery 1.0 section 4).
 * @throws when it does not answer as it should, or speaks for another issuer (section 4.3)
 */
export async function discoverKeys({ issuer, fetch, timeout, allowLoopback }: DiscoverOptions): Promise<URL> {
  const response = await fetch(discoveryUrl(issuer, allowLoopback).href, {
    method: 'GET', headers: new Headers({ accept: 'application/json' }), redirect: 'manual', signal: AbortSignal.timeout(timeout),
  });
  const metadata = (await response.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown } | null;
  if (metadata?.issuer !== issuer) throw new Error(`The metadata at ${issuer} is that of another issuer.`);
  return trustedUrl(`The jwks_uri of ${issuer}`, metadata.jwks_uri, allowLoopback);
}
