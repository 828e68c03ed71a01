import { noopLogger, systemClock, toMilliseconds, type Duration, type HealthCheck, type Logger } from '@org/enterprise-kernel';
import { asymmetricAlgorithms, type AsymmetricAlgorithm } from '../jwt/algorithms.js';
import { tokenVerifier, type TokenRulesOptions, type TokenVerifier } from '../jwt/token-verifier.js';
import { boundedFetch, type Fetch } from './bounded-fetch.js';
import { IssuerKeys } from './issuer-keys.js';
import { discoveryUrl } from './issuer-url.js';

/** `issuer` is the address of the issuer, exactly as it writes it in its metadata and tokens. */
export interface OidcVerifierOptions extends TokenRulesOptions {
  /** What the issuer may sign with. @default RS256, ES256, EdDSA */
  readonly algorithms?: readonly AsymmetricAlgorithm[];
  /** After which time its keys are fetched again. @default 10 minutes */
  readonly keysMaxAge?: Duration;
  /** How much longer they are used while the issuer cannot be reached. @default 24 hours */
  readonly keysStaleFor?: Duration;
  /** How long after a fetch an unknown key id does not cause another one. @default 30 seconds */
  readonly cooldown?: Duration;
  /** How long after a failed fetch keys that are too old are asked for again. @default 5 seconds */
  readonly retryAfter?: Duration;
  /** Of each of the two requests of a fetch. @default 5 seconds */
  readonly timeout?: Duration;
  /** Longest metadata or key set, in bytes. @default 262144 */
  readonly maxBytes?: number;
  /** Admits an issuer at `http://localhost` or a loopback address, for tests. @default false */
  readonly allowLoopback?: boolean;
  /** @default the global fetch */
  readonly fetch?: Fetch;
  /** @default logs nothing */
  readonly logger?: Logger;
}

export interface OidcVerifier extends TokenVerifier {
  /**
   * Fails while tokens of the issuer cannot be verified, and renews its keys when they are due. Not critical: without the
   * issuer a service can still do what needs no token of it.
   */
  readonly health: HealthCheck;
}

/**
 * Verifies access tokens of an outside issuer by the keys that it publishes (OpenID Connect Discovery 1.0, RFC 9068
 * section 4), by the same rules as `tokenVerifier`. Nothing is fetched before the first token or health check.
 * @throws TypeError for an issuer or algorithm that cannot be trusted
 */
export function oidcVerifier({
  algorithms = ['RS256', 'ES256', 'EdDSA'],
  keysMaxAge = { minutes: 10 },
  keysStaleFor = { hours: 24 },
  cooldown = { seconds: 30 },
  retryAfter = { seconds: 5 },
  timeout = { seconds: 5 },
  maxBytes = 256 * 1024,
  allowLoopback = false,
  fetch = globalThis.fetch,
  logger = noopLogger,
  ...rules
}: OidcVerifierOptions): OidcVerifier {
  const { issuer, clock = systemClock } = rules;
  const refused = algorithms.filter((alg) => !asymmetricAlgorithms.has(alg));
  if (algorithms.length === 0 || refused.length > 0) throw new TypeError(`An outside issuer signs with ${[...asymmetricAlgorithms].join(', ')}, not with ${refused.join(', ') || 'nothing'}.`);
  const { host } = discoveryUrl(issuer, allowLoopback);

  const keys = new IssuerKeys({
    issuer, clock, logger, allowLoopback,
    algorithms: new Set(algorithms),
    fetch: boundedFetch(fetch, maxBytes),
    maxAge: toMilliseconds(keysMaxAge),
    staleFor: toMilliseconds(keysStaleFor),
    cooldown: toMilliseconds(cooldown),
    retryAfter: toMilliseconds(retryAfter),
    timeout: toMilliseconds(timeout),
  });
  const verifier = tokenVerifier({ ...rules, keys });
  return {
    verify: verifier.verify,
    [Symbol.dispose]: () => verifier[Symbol.dispose](),
    health: {
      name: `oidc.${host}`,
      critical: false,
      async check() {
        await keys.renew();
        return { keys: keys.size, age_seconds: Math.round(keys.age / 1000), stale: keys.stale };
      },
    },
  };
}
