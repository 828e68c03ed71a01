import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { VersionSet } from '@org/enterprise-versioning';
import { plainEndpoint, type PlainRoute } from './plain-route.js';
import type { Endpoint, PathParams } from './endpoint.js';

/** One contract route with its endpoint for each API version, by position. */
export interface RoutedEndpoints {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly byVersion: readonly (Endpoint | undefined)[];
}

export interface Match { readonly endpoint: Endpoint; readonly params: PathParams }

export interface Router {
  plain(method: string, path: string): Match | undefined;
  /** Finds a contract route; `path` is the one without prefix and version. */
  contract(method: string, path: string, version: number): Match | undefined;
  /** The methods that an address has, empty where it has none. */
  allowed(path: { readonly full: string; readonly inVersion?: string | undefined; readonly version?: number | undefined }): string[];
}

const noParams: PathParams = Object.freeze({});

/**
 * Builds the route trie.
 * @throws TypeError naming every pair of routes of which one could never answer
 */
export function createRouter(routes: readonly RoutedEndpoints[], plain: readonly PlainRoute[], versions: VersionSet): Router {
  assertReachable(routes, plain, versions);
  const trie = findMyWay<findMyWay.HTTPVersion.V1>({ caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false, maxParamLength: 500 });
  for (const { method, path, byVersion } of routes) {
    trie.on(method as HTTPMethod, path.replace(/\{(\w+)\}/g, ':$1'), () => {}, byVersion);
  }
  const methods = [...new Set(routes.map(({ method }) => method))] as HTTPMethod[];
  const plainRoutes = new Map<string, Map<string, Match>>();
  for (const declaration of plain) {
    const byMethod = plainRoutes.get(declaration.path) ?? new Map<string, Match>();
    plainRoutes.set(declaration.path, byMethod.set(declaration.method, { endpoint: plainEndpoint(declaration), params: noParams }));
  }

  const find = (method: string, path: string, version: number): Match | undefined => {
    const found = trie.find(method as HTTPMethod, path);
    const endpoint = (found?.store as readonly (Endpoint | undefined)[] | undefined)?.[version];
    return endpoint && { endpoint, params: found!.params };
  };
  return {
    plain: (method, path) => plainRoutes.get(path)?.get(method),
    contract: find,
    allowed({ full, inVersion, version }) {
      const found = new Set(plainRoutes.get(full)?.keys());
      if (inVersion !== undefined && version !== undefined) for (const method of methods) if (find(method, inVersion, version)) found.add(method);
      if (found.has('GET')) found.add('HEAD');
      if (found.size > 0) found.add('OPTIONS');
      return [...found].sort();
    },
  };
}

function assertReachable(routes: readonly RoutedEndpoints[], plain: readonly PlainRoute[], versions: VersionSet): void {
  const faults: string[] = [];
  const shapes = new Map<string, RoutedEndpoints>();
  const names = new Set(versions.versions.map(({ name }) => name));
  for (const route of routes) {
    const shape = `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`;
    const other = shapes.get(shape);
    if (other) faults.push(`${route.operationId} (${route.method} ${route.path}) is shadowed by ${other.operationId} (${other.method} ${other.path}).`);
    else shapes.set(shape, route);
    const first = route.path.split('/')[1]!;
    if (names.has(first)) faults.push(`${route.operationId} (${route.path}) starts with the name of an API version, so it could not be told from ${versions.prefix}/${first}.`);
  }
  const plainShapes = new Set<string>();
  for (const { method, path } of plain) {
    if (/[{}]/.test(path)) faults.push(`The plain route ${method} ${path} cannot have parameters.`);
    if (plainShapes.has(`${method} ${path}`)) faults.push(`The plain route ${method} ${path} is declared twice.`);
    plainShapes.add(`${method} ${path}`);
    const prefixes = [versions.prefix, ...versions.versions.map(({ name }) => `${versions.prefix}/${name}`)];
    for (const { method: routeMethod, path: routePath, operationId } of routes) {
      if (method === routeMethod && prefixes.some((prefix) => path === prefix + routePath)) faults.push(`${operationId} (${routeMethod} ${routePath}) is shadowed by the plain route ${path}.`);
    }
  }
  if (faults.length > 0) throw new TypeError(`Some routes could never answer:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
}
