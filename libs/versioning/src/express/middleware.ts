import type { Request, RequestHandler, Response } from 'express';
import { ApiVersionGone } from '../errors.js';
import type { VersionUsage } from '../usage.js';
import type { NegotiatedVersion, VersionSet } from '../versions.js';

export interface ApiVersionOptions {
  /** Counts every finished request. @default nothing is counted */
  readonly usage?: VersionUsage;
  /** Who is calling: an identity that has been verified, never a header as it came. @default everyone is anonymous */
  readonly client?: (request: Request) => string | undefined;
  /** The route as a metric's label; must be a pattern. @default method and pattern of the matched route, without those of the routers it is mounted in */
  readonly route?: (request: Request) => string;
}

interface Negotiation {
  readonly set: VersionSet;
  readonly result: NegotiatedVersion;
}

// A symbol shared by all copies of this library, on the request itself: no global augmentation of Express' types.
const negotiated = Symbol.for('org.enterprise.versioning.negotiated');
type Carrier = { [negotiated]?: Negotiation };

/** Returns the version that {@link apiVersion} or a versioned router found; undefined for a path that has none. */
export function versionOf(request: Request): NegotiatedVersion | undefined {
  return (request as Carrier)[negotiated]?.result;
}

/**
 * Finds the version of every request that the set covers, and adds its lifecycle headers and `Vary` to the response.
 * Refusals go to the next error handler; {@link versionErrors} is one.
 */
export function apiVersion(set: VersionSet, { usage, client, route = matchedRoute }: ApiVersionOptions = {}): RequestHandler {
  return (request, response, next) => {
    const found = negotiate(set, request, response);
    if (found && usage) response.once('finish', () => usage.record(found.version, route(request), client?.(request)));
    next();
  };
}

/** Negotiates once per request and set, and writes the headers that follow from it. */
export function negotiate(set: VersionSet, request: Request, response: Response): NegotiatedVersion | undefined {
  const carrier = request as Carrier;
  if (carrier[negotiated]?.set === set) return carrier[negotiated].result;
  const path = pathWithin(set, request);
  if (!set.covers(path)) return undefined;
  try {
    const result = set.negotiate({
      path,
      header: (name) => header(request, name),
      query: (name) => query(request.query[name]),
    });
    carrier[negotiated] = { set, result };
    if (result.vary !== '') response.vary(result.vary);
    announce(response, result.version.headers());
    return result;
  } catch (error) {
    // 404 and 410 may be stored by caches, also those that a header caused.
    if (set.vary !== '') response.vary(set.vary);
    if (ApiVersionGone.is(error)) announce(response, set.get(error.details.version)?.headers() ?? []);
    throw error;
  }
}

/** Mounted at `/api`, or anywhere ending in it, the set's prefix is already in `baseUrl`; mounted elsewhere, it is still in the path. */
function pathWithin({ prefix }: VersionSet, { baseUrl, path }: Request): string {
  return prefix !== '' && baseUrl.endsWith(prefix) ? prefix + path : path;
}

function header(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function query(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(',') : undefined;
}

function announce(response: Response, headers: readonly (readonly [string, string])[]): void {
  for (const [name, value] of headers) response.append(name, value);
}

function matchedRoute({ method, route }: Request): string {
  return route ? `${method} ${String((route as { path: unknown }).path)}` : `${method} (unmatched)`;
}
