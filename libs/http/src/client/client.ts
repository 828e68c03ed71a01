import { givenName } from '../contract.js';
import type { Route } from '../route.js';
import type { ClientOptions } from './options.js';
import { compileCall } from './route-call.js';
import { transport } from './transport.js';
import type { Client, RouteTree } from './types.js';

/**
 * Makes a client of contracts: `createClient({ products: productContract }, options)`, or of one contract. Nothing is generated.
 *
 * A contract has the types of its newest version. For an older one give the declarations that it has, as values:
 * `createClient({ getProduct: getProductV1 }, { version: 'v1', ... })`. A route that is called in a version that has it otherwise
 * throws TypeError, as far as its declaration tells.
 */
export function createClient<const T extends RouteTree>(routes: T, options: ClientOptions): Client<T> {
  const send = transport(options);
  const callsOf = (tree: RouteTree, path: string): object => {
    const group = givenName(tree) ?? path;
    return Object.freeze(Object.fromEntries(Object.entries(tree).map(([key, value]) => {
      const name = group === '' ? key : `${group}.${key}`;
      return [key, isRoute(value) ? compileCall(value, name, send, options) : callsOf(value as RouteTree, name)];
    })));
  };
  return callsOf(routes, '') as Client<T>;
}

const isRoute = (value: object): value is Route => typeof (value as Partial<Route>).spec?.path === 'string';
