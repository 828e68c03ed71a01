import { Router, type IRouterHandler, type IRouterMatcher, type RequestHandler, type RouterOptions } from 'express';
import { servedBy, type VersionSpan } from '../served-by.js';
import type { VersionSet } from '../versions.js';
import { negotiate } from './middleware.js';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

/** Declares what there is from one version on; the methods are those of an Express router. */
export type VersionRoutes = { readonly [Method in (typeof methods)[number]]: IRouterMatcher<VersionRoutes> } & {
  /** Adds middleware or a whole router. Others of older versions at the same path stay behind it, for what it does not handle. */
  readonly use: IRouterHandler<VersionRoutes> & IRouterMatcher<VersionRoutes>;
};

/** A request handler that serves each request as its version asks. */
export interface VersionedRouter extends RequestHandler {
  /**
   * Declares routes that are served from `version` on, until the version in `until` (which has them no more).
   * A route with the same method and path replaces the one of older versions.
   */
  since(version: string, options?: { readonly until?: string }): VersionRoutes;
}

interface Declared extends VersionSpan {
  readonly since: string;
  /** Argument lists of the Express method, in order. */
  readonly calls: unknown[][];
}

interface Slot {
  readonly method: (typeof methods)[number] | 'use';
  readonly declared: Declared[];
}

/**
 * Makes a router whose routes differ by API version; what a version does not declare is answered as in the newest one before it.
 *
 * Routes are matched in the order in which their method and path first appear, whatever version replaces them later, so a specific route of
 * an older version is not hidden behind a general one of a newer version.
 */
export function versionedRouter(set: VersionSet, options?: RouterOptions): VersionedRouter {
  const names = set.versions.map(({ name }) => name);
  const slots = new Map<string, Slot>();
  let routers: (Router | undefined)[] = [];

  const declare = (method: Slot['method'], span: VersionSpan & { since: string }, call: unknown[]): void => {
    const path = isPath(call[0]) ? String(call[0]) : '/';
    const key = `${method} ${path}`;
    const slot = slots.get(key) ?? { method, declared: [] };
    const same = slot.declared.find(({ since, until }) => since === span.since && until === span.until);
    const declared = same ? slot.declared : [...slot.declared, { ...span, calls: [] }];
    servedBy(names, declared);
    const entry = same ?? declared.at(-1)!;
    entry.calls.push(call);
    slots.set(key, { method, declared });
    routers = [];
  };

  const compile = (index: number): Router => {
    const router = Router(options);
    for (const { method, declared } of slots.values()) {
      // Middleware adds up, newest first; of routes, one answers.
      const active = method === 'use'
        ? declared.filter((entry) => servedBy(names, [entry])[index]).sort((a, b) => names.indexOf(b.since) - names.indexOf(a.since))
        : [servedBy(names, declared)[index]].filter((entry) => entry !== undefined);
      for (const { calls } of active) for (const call of calls) (router[method] as (...args: unknown[]) => unknown)(...call);
    }
    return router;
  };

  const handle: RequestHandler = (request, response, next) => {
    const found = negotiate(set, request, response);
    if (!found) {
      next();
      return;
    }
    const { url, baseUrl, path } = request;
    const search = url.indexOf('?');
    // As Express does for a mounted router: the part that was matched moves from `url` to `baseUrl`.
    request.url = found.path + (search === -1 ? '' : url.slice(search));
    request.baseUrl = baseUrl + (path.endsWith(found.path) ? path.slice(0, -found.path.length) : path);
    const router = (routers[found.version.index] ??= compile(found.version.index));
    router(request, response, (error?: unknown) => {
      request.url = url;
      request.baseUrl = baseUrl;
      next(error);
    });
  };

  return Object.assign(handle, {
    since(version: string, { until }: { readonly until?: string } = {}): VersionRoutes {
      const span = { since: version, ...(until !== undefined && { until }) };
      servedBy(names, [span]);
      const routes = Object.fromEntries([...methods, 'use' as const].map((method) => [method, (...call: unknown[]) => {
        declare(method, span, call);
        return routes;
      }])) as unknown as VersionRoutes;
      return routes;
    },
  });
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' || value instanceof RegExp || (Array.isArray(value) && value.length > 0 && value.every(isPath));
}
