import { systemClock, type Clock } from '@org/enterprise-kernel';
import { resolveLifecycle, type ResolvedLifecycle, type VersionLifecycle } from './lifecycle.js';
import { negotiator } from './negotiate.js';
import { versionNames } from './names.js';
import { headerVersion, pathVersion, type VersionRequest, type VersionStrategy } from './strategies.js';

export interface VersionSetOptions {
  /** The versions that are served, oldest first: `['v1', 'v2']`, `['2026-01-01', '2026-06-01']`. */
  readonly supported: readonly string[];
  /** The version of a request that names none. @default none: such a request is refused with `API_VERSION_REQUIRED` */
  readonly default?: string | undefined;
  /** When versions end, by name. @default no version ends */
  readonly lifecycle?: { readonly [version: string]: VersionLifecycle };
  /** Where a version can be named; those further in front are asked, and blamed, first. @default [pathVersion(), headerVersion()] */
  readonly strategies?: readonly VersionStrategy[];
  /**
   * Paths that have no version although they lie under the prefix: `/api/ping`, or `/api/docs/*` for everything below.
   * @default none
   */
  readonly neutral?: readonly string[];
  /** Decides whether a sunset has passed. @default systemClock */
  readonly clock?: Clock;
}

/** One version of the API. */
export interface ApiVersion {
  readonly name: string;
  /** Position from the oldest, which is 0. */
  readonly index: number;
  readonly lifecycle: ResolvedLifecycle;
  /** Tells whether the version is past its sunset and no longer served. */
  readonly gone: boolean;
  /** Returns the response headers `Deprecation`, `Sunset` and `Link` as far as they apply: always the same frozen list. */
  headers(): readonly (readonly [name: string, value: string])[];
}

/** Which version a request gets, and where the rest of its path leads. */
export interface NegotiatedVersion {
  readonly version: ApiVersion;
  /** The path without prefix and version: `/products/1` for `/api/v1/products/1`. */
  readonly path: string;
  /** What decided. */
  readonly source: 'path' | 'header' | 'default' | (string & {});
  /** Request headers that the choice depended on, for the response's `Vary`; empty when the path decided. */
  readonly vary: string;
}

/** The versions of one API. */
export interface VersionSet {
  /** Oldest first. */
  readonly versions: readonly ApiVersion[];
  readonly newest: ApiVersion;
  readonly default: ApiVersion | undefined;
  /** The path that everything versioned lives under, `''` for the root. */
  readonly prefix: string;
  /** Every request header that a version can be named in, for the `Vary` of a refusal. */
  readonly vary: string;
  get(name: string): ApiVersion | undefined;
  /** Tells whether a path is subject to versioning: it lies under the prefix and is not neutral. */
  covers(path: string): boolean;
  /**
   * Finds the version of a request. Takes a path that {@link covers} accepts; one outside the prefix keeps its whole path.
   * @throws API_VERSION_CONFLICT, API_VERSION_UNSUPPORTED, API_VERSION_REQUIRED, API_VERSION_GONE
   */
  negotiate(request: VersionRequest): NegotiatedVersion;
}

/**
 * Declares the versions of an API, how a request names one and when they end.
 * @throws TypeError for a declaration that contradicts itself, among them a default that answers 410 some day
 */
export function versionSet(options: VersionSetOptions): VersionSet {
  const { supported, lifecycle = {}, strategies = [pathVersion(), headerVersion()], neutral = [], clock = systemClock } = options;
  const names = versionNames(supported);
  for (const name of Object.keys(lifecycle)) {
    if (!supported.includes(name)) throw new TypeError(`lifecycle describes version "${name}", which is not supported (${supported.join(', ')}).`);
  }
  const versions = supported.map((name, index) => apiVersion(name, index, resolveLifecycle(name, lifecycle[name]), clock));
  const byName = new Map(versions.map((version) => [version.name, version]));

  const fallback = options.default === undefined ? undefined : byName.get(options.default);
  if (options.default !== undefined && !fallback) {
    throw new TypeError(`The default version "${options.default}" is not supported (${supported.join(', ')}).`);
  }
  if (fallback?.lifecycle.afterSunset === 'gone') {
    throw new TypeError(`The default version ${fallback.name} must not be gone after its sunset: requests that name no version would fail one day.`);
  }

  const prefixes = strategies.flatMap(({ prefix }) => prefix ?? []);
  if (strategies.length === 0) throw new TypeError('A version set needs at least one strategy.');
  if (prefixes.length > 1) throw new TypeError('At most one strategy can read the path.');
  const prefix = prefixes[0] ?? '';
  const vary = [...new Set(strategies.flatMap((strategy) => strategy.vary ?? []))].join(', ');
  const isNeutral = pathMatcher(neutral);

  return {
    versions,
    newest: versions.at(-1)!,
    default: fallback,
    prefix,
    vary,
    get: (name) => byName.get(name),
    covers: (path) => (path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')) && !isNeutral(path),
    negotiate: negotiator({ versions, names, strategies, prefix, vary, fallback }),
  };
}

function apiVersion(name: string, index: number, lifecycle: ResolvedLifecycle, clock: Clock): ApiVersion {
  const goneFrom = lifecycle.afterSunset === 'gone' ? lifecycle.sunset! : undefined;
  const headers = Object.freeze(lifecycle.headers.map((header) => Object.freeze(header)));
  return {
    name,
    index,
    lifecycle,
    get gone() { return goneFrom !== undefined && clock.now() >= goneFrom; },
    headers: () => headers,
  };
}

function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  for (const pattern of patterns) {
    if (!/^\/[^*?#]*\*?$/.test(pattern) || (pattern.endsWith('*') && !pattern.endsWith('/*'))) {
      throw new TypeError(`The neutral path "${pattern}" must start with a slash and may end with /*.`);
    }
  }
  const exact = new Set(patterns.map((pattern) => (pattern.endsWith('/*') ? pattern.slice(0, -2) : pattern)));
  const below = patterns.filter((pattern) => pattern.endsWith('/*')).map((pattern) => pattern.slice(0, -1));
  return (path) => exact.has(path) || below.some((start) => path.startsWith(start));
}
