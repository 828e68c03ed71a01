import { compileAccess, type Access, type CompiledAccess } from './access.js';

interface Declaration { readonly method: string; readonly path: string; readonly access: Access }

/** A route as it is declared: by itself, as a contract's `spec`, or as a dispatcher serves it in one of its versions. */
export type DeclaredRoute = Declaration | { readonly spec: Declaration; readonly version?: { readonly name: string } };

/** A route with its access, in the versions that have it. */
export interface AccessOfRoute {
  readonly method: string;
  readonly path: string;
  /** API versions with this access; empty where there are none. */
  readonly versions: readonly string[];
  readonly access: CompiledAccess;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Puts routes into one order, by path and then method, with versions of one access in one row.
 * @throws TypeError for a route without access
 */
export function accessOfRoutes(routes: Iterable<DeclaredRoute>): AccessOfRoute[] {
  const rows = new Map<string, AccessOfRoute & { readonly versions: string[] }>();
  for (const route of routes) {
    const { method, path, access } = 'spec' in route ? route.spec : route;
    const compiled = compile(access, `${method} ${path}`);
    const key = `${path} ${method} ${compiled.label}`;
    const row = rows.get(key) ?? { method, path, versions: [], access: compiled };
    rows.set(key, row);
    if ('spec' in route && route.version && !row.versions.includes(route.version.name)) row.versions.push(route.version.name);
  }
  return [...rows.values()].sort((a, b) => byText(a.path, b.path) || methods.indexOf(a.method) - methods.indexOf(b.method) || byText(a.method, b.method) || byText(a.versions.join(), b.versions.join()));
}

function compile(access: Access, route: string): CompiledAccess {
  try {
    return compileAccess(access);
  } catch (error) {
    throw new TypeError(`${route}: ${(error as Error).message}`, { cause: error });
  }
}
