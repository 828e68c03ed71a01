import { noopLogger, noopMeter, systemClock, toMilliseconds, type Clock, type Duration, type Logger, type Meter } from '@org/enterprise-kernel';
import type { Endpoint } from '../endpoint.js';
import { RateLimited } from '../errors.js';
import type { Exchange } from '../exchange.js';
import { isPromise } from '../is-promise.js';
import type { Middleware } from '../middleware.js';
import { subscriberOf } from './address.js';
import { memoryRateLimitStore, type RateLimitStore, type RateLimitTaken } from './rate-limit-store.js';

export interface RateLimitOptions {
  /** Requests in a window; 0 turns the limiter off, with the routes' own limits. */
  readonly max: number;
  readonly window: Duration;
  /** Where requests are counted; several processes need a common one. @default memoryRateLimitStore() */
  readonly store?: RateLimitStore;
  /** @default systemClock */
  readonly clock?: Pick<Clock, 'now'>;
  /** Names who pays once the caller is known; `undefined` leaves it to the address. @default the caller's tenant and id, if it is not anonymous */
  readonly key?: (exchange: Exchange) => string | undefined;
  /** Lets requests pass uncounted while the store fails; otherwise they fail with the store's error. @default true */
  readonly failOpen?: boolean;
  /** Told about a failing store, at most once a minute. @default nowhere */
  readonly logger?: Logger;
  /** Counts `rate_limit_store_failures_total`. @default nowhere */
  readonly meter?: Meter;
}

interface Policy { readonly name: string; readonly max: number; readonly prefix: string; readonly header: string }

const usualKey = ({ caller }: Exchange): string | undefined =>
  caller.kind === 'anonymous' ? undefined : `${caller.kind}:${caller.tenant ?? ''}:${caller.id}`;

/**
 * Limits how often one client may call. A request is charged to its address (IPv6: its /64) before anyone looks at its
 * credentials, so guessing them is limited; once the caller is known, the charge moves from the address to the caller, so
 * people behind one address do not take from each other. A route's `limits.rate` is a limit of its own; 0 exempts it.
 *
 * Answers say what is left in RateLimit-Policy and RateLimit; a refusal is 429 RATE_LIMITED with Retry-After.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (version 10)
 */
export function rateLimit(options: RateLimitOptions): Middleware {
  const { max, store = memoryRateLimitStore(), clock = systemClock, key = usualKey, failOpen = true } = options;
  if (!Number.isInteger(max) || max < 0) throw new TypeError(`max must be a whole number of at least 0, not ${max}.`);
  const windowMs = toMilliseconds(options.window);
  if (windowMs < 1_000) throw new TypeError('The window of a rate limit must be at least a second.');
  if (max === 0) return { name: 'rate-limit' };

  const policyOf = policies(max, windowMs);
  const onFailure = failureReport(options, clock);
  const failed = (error: unknown): void => {
    onFailure(error);
    if (!failOpen) throw error;
  };

  function charge(exchange: Exchange, policy: Policy, who: string): void | Promise<void> {
    let taken: RateLimitTaken | Promise<RateLimitTaken>;
    try {
      taken = store.take(policy.prefix + who, policy.max, windowMs, clock.now());
    } catch (error) {
      return failed(error);
    }
    return isPromise(taken) ? taken.then((result) => settle(exchange, policy, result), failed) : settle(exchange, policy, taken);
  }

  function giveBack(policy: Policy, who: string): void {
    try {
      const given = store.giveBack(policy.prefix + who, windowMs, clock.now());
      if (isPromise(given)) given.then(undefined, onFailure); // nobody has to wait for it
    } catch (error) {
      onFailure(error);
    }
  }

  return {
    name: 'rate-limit',
    request(exchange) {
      const policy = policyOf(exchange.endpoint);
      return policy && charge(exchange, policy, `address:${subscriberOf(exchange.remoteAddress)}`);
    },
    caller(exchange) {
      const policy = policyOf(exchange.endpoint);
      const who = policy && key(exchange);
      if (!policy || who === undefined) return undefined;
      giveBack(policy, `address:${subscriberOf(exchange.remoteAddress)}`);
      return charge(exchange, policy, `caller:${who}`);
    },
  };
}

function settle({ headers }: Exchange, { name, header }: Policy, { allowed, remaining, resetMs }: RateLimitTaken): void {
  const seconds = Math.max(1, Math.ceil(resetMs / 1_000));
  const left = `"${name}";r=${remaining};t=${seconds}`;
  const said = headers.indexOf('RateLimit');
  if (said === -1) headers.push('RateLimit-Policy', header, 'RateLimit', left);
  else headers[said + 1] = left; // the caller's instead of the address's; the policy is the same
  if (!allowed) throw new RateLimited({ retry_after_seconds: seconds });
}

/** The common limit, a route's own, or none. */
function policies(max: number, windowMs: number): (endpoint: Endpoint | undefined) => Policy | undefined {
  const make = (name: string, limit: number, prefix: string): Policy =>
    ({ name, max: limit, prefix, header: `"${name}";q=${limit};w=${Math.ceil(windowMs / 1_000)}` });
  const common = make('default', max, '');
  const own = new WeakMap<Endpoint, Policy>();
  return (endpoint) => {
    if (endpoint?.rate === undefined) return common;
    if (endpoint.rate === 0) return undefined;
    let policy = own.get(endpoint);
    if (!policy) own.set(endpoint, (policy = make('route', endpoint.rate, `${endpoint.label} `)));
    return policy;
  };
}

function failureReport({ logger = noopLogger, meter = noopMeter }: RateLimitOptions, clock: Pick<Clock, 'now'>): (error: unknown) => void {
  const failures = meter.counter({ name: 'rate_limit_store_failures_total', help: 'Attempts to count a request that the rate limit store failed.' });
  let quietUntil = 0;
  return (error) => {
    failures.add(1);
    if (clock.now() < quietUntil) return;
    quietUntil = clock.now() + 60_000;
    logger.warn('The rate limit store fails; requests are not counted.', { error });
  };
}
