const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Checks an address that keys are trusted from.
 * @throws TypeError unless it is https, or http on this machine where that is allowed
 */
export function trustedUrl(what: string, address: unknown, allowLoopback: boolean): URL {
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
  if (!url) throw new TypeError(`${what} is not a URL.`);
  const local = allowLoopback && url.protocol === 'http:' && loopback.has(url.hostname);
  if (url.protocol !== 'https:' && !local) throw new TypeError(`${what} must be an https address; allowLoopback admits http://localhost in tests.`);
  if (url.username !== '' || url.password !== '') throw new TypeError(`${what} must not hold credentials.`);
  return url;
}

/**
 * Returns where an issuer publishes its metadata (OpenID Connect Discovery 1.0 section 4.1).
 * @throws TypeError for what cannot be an issuer: it has neither a query nor a fragment
 */
export function discoveryUrl(issuer: string, allowLoopback: boolean): URL {
  const { search, hash } = trustedUrl('The issuer', issuer, allowLoopback);
  if (search !== '' || hash !== '' || /[?#]/.test(issuer)) throw new TypeError('The issuer must have neither a query nor a fragment.');
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}
