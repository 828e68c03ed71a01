import { resolveDeps, type Caller, type Deps, type Resolve, type Resolved } from '@org/enterprise-kernel';
import type { Routes } from './contract.js';
import type { Reply } from './reply.js';
import type { Route } from './route.js';
import type { In, Out, Schema } from './schema.js';

/** What a handler gets. */
export interface RequestContextOf<P extends Schema, Q extends Schema, H extends Schema, B extends Schema> {
  readonly params: Out<P>;
  readonly query: Out<Q>;
  readonly headers: Out<H>;
  readonly body: Out<B>;
  readonly caller: Caller;
  /** API version the caller speaks, e.g. `v1`. */
  readonly version: string;
  readonly requestId: string;
  /** Network address of the client, behind the proxies that are trusted. */
  readonly remoteAddress: string;
  /** Version the caller expects to change, from If-Match; `undefined` for `*` or none. */
  readonly expectedVersion: string | undefined;
  /** Aborted when the client has gone or the time for the answer is over. */
  readonly signal: AbortSignal;
}

/** A handler takes the newest version's request and returns its `data`, or {@link Reply} for headers of its own. */
export type Handler<R extends Route> =
  R extends Route<infer P, infer Q, infer H, infer B, infer S>
    ? (context: RequestContextOf<P, Q, H, B>) => In<S> | Reply<In<S>> | Promise<In<S> | Reply<In<S>>>
    : never;

/** One handler a route. */
export type Handlers<C extends Routes> = { readonly [K in keyof C]: Handler<C[K]> };

/** A contract with its handlers, waiting for their dependencies. */
export interface Implementation {
  readonly contract: Routes;
  readonly deps: Deps;
  build(resolve: Resolve): Readonly<Record<string, (context: any) => unknown>>;
}

/** Implements a contract: `build` runs once at start and returns the handlers. */
export function implement<C extends Routes, D extends Deps>(contract: C, deps: D, build: (deps: Resolved<D>) => Handlers<C>): Implementation {
  return { contract, deps, build: (resolve) => build(resolveDeps(deps, resolve)) };
}

/** What all handlers (routes, subscribers) together ask for, by token id: add it to the dependencies of whatever creates the dispatcher. */
export const handlerDeps = (handlers: readonly { readonly deps: Deps }[]): Deps =>
  Object.fromEntries(handlers.flatMap(({ deps }) => Object.values(deps)).map((token) => [token.id, token]));

/** Makes a `Resolve` of dependencies that are known by token id, as {@link handlerDeps} names them. */
export const resolveFrom = (resolved: Readonly<Record<string, unknown>>): Resolve => (token) => {
  if (!(token.id in resolved)) throw new TypeError(`Nothing is known about "${token.id}".`);
  return resolved[token.id] as never;
};
