import type { Method, Route } from './route.js';

/** A named group of routes. */
export type Routes = Readonly<Record<string, Route>>;

/**
 * Any route, named without its schemas: a route that is declared in place infers its types from where it stands too, and
 * would take `any` for each schema that it leaves out.
 */
export interface SomeRoute { readonly spec: { readonly method: Method; readonly path: string; readonly summary: string } }

const nameOf = Symbol.for('org.enterprise.http.contract');

/** Groups routes under a name, which is their tag and the first half of their operation ids (`orders.place`). */
export const contract = <C extends Readonly<Record<string, SomeRoute>>>(name: string, routes: C): C =>
  Object.freeze(Object.defineProperty({ ...routes }, nameOf, { value: name }));

/** The name a contract was made with, or `undefined` for routes that were not made one. */
export const givenName = (routes: object): string | undefined => (routes as { [nameOf]?: string })[nameOf];

/** The name a contract was made with. */
export function contractName(routes: Routes): string {
  const name = givenName(routes);
  if (name === undefined) throw new TypeError('Make contracts with contract(name, routes).');
  return name;
}
