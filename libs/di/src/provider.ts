import { token, type Deps, type Resolved, type Token } from '@org/enterprise-kernel';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import type { Class, Key } from './key.js';

/**
 * How long a value lives: as long as the container, as long as one {@link RequestScope}, or not beyond the resolution
 * that made it (a transient belongs to whoever receives it and is never disposed of by the container).
 */
export type ProviderScope = 'singleton' | 'request' | 'transient';

/** What happens to a value between its creation and its end. */
export interface ProviderHooks<in V = any> {
  /** Runs once every singleton is built, after the `start` of everything that this value depends on. Singletons only. */
  readonly start?: (value: V) => unknown;
  /** Runs first in a stop, in reverse order of start: takes no more work in and finishes what it has. Singletons only. */
  readonly drain?: (value: V) => unknown;
  /** Runs after every drain, in reverse order of start. Singletons only. */
  readonly stop?: (value: V) => unknown;
  /** Releases the value; `false` leaves that to somebody else. Singletons and request scope. @default the value's own `Symbol.asyncDispose` or `Symbol.dispose` */
  readonly dispose?: ((value: V) => unknown) | false;
}

/** The hooks that make sense in a scope. */
export type HooksOf<V, S extends ProviderScope> =
  S extends 'singleton' ? ProviderHooks<V> : S extends 'request' ? Pick<ProviderHooks<V>, 'dispose'> : object;

export type ProvideOptions<V, S extends ProviderScope = 'singleton'> = HooksOf<V, S> & {
  /** @default 'singleton' */
  readonly scope?: S;
};

interface Common<V> {
  readonly provides: Key<V>;
  readonly hooks: ProviderHooks;
}
export interface FactoryProvider<V = any> extends Common<V> {
  readonly kind: 'factory';
  readonly scope: ProviderScope;
  readonly deps: Deps;
  readonly create: (deps: any) => V | Promise<V>;
}
export interface ClassProvider<V = any> extends Common<V> {
  readonly kind: 'class';
  /** `undefined` leaves it to the class's tsyringe decorators. */
  readonly scope: ProviderScope | undefined;
  readonly Class: Class<V>;
}
export interface AdoptedProvider<V = any> extends Common<V> {
  readonly kind: 'adopted';
  readonly scope: ProviderScope;
  readonly container: DependencyContainer;
  readonly from: InjectionToken<V>;
}

/** How the value of a token comes into being. Made by {@link provide} and its relatives. */
export type Provider<V = any> = FactoryProvider<V> | ClassProvider<V> | AdoptedProvider<V>;

/** What a factory of a scope may return: only singletons may be asynchronous. */
export type Created<V, S extends ProviderScope> = S extends 'singleton' ? V | Promise<V> : V;

/** Provides a token by a factory. */
export function provide<V, const D extends Deps, const S extends ProviderScope = 'singleton'>(
  provides: Token<V>,
  deps: D,
  create: (deps: Resolved<D>) => NoInfer<Created<V, S>>,
  options: ProvideOptions<NoInfer<V>, S> = {} as ProvideOptions<V, S>,
): FactoryProvider<V> {
  const { scope = 'singleton', ...hooks } = options as ProvideOptions<V> & { scope?: ProviderScope };
  return { kind: 'factory', provides, deps, create: create as (deps: unknown) => V | Promise<V>, scope, hooks };
}

/** A token that carries its own provider. */
export type Service<V> = Token<V> & FactoryProvider<V>;

/** The value of a token: `type OrderService = ValueOf<typeof OrderService>`. */
export type ValueOf<T extends Token<unknown>> = T extends Token<infer V> ? V : never;

/** Declares a token together with its provider; the type of the value is what `create` returns. */
export function service<const D extends Deps, C, const S extends ProviderScope = 'singleton'>(
  id: string,
  deps: D,
  create: (deps: Resolved<D>) => C,
  options: ProvideOptions<NoInfer<Awaited<C>>, S & (C extends Promise<unknown> ? 'singleton' : ProviderScope)> = {} as never,
): Service<Awaited<C>> {
  const declared = token<Awaited<C>>(id);
  return { ...declared, ...provide(declared, deps, create as never, options as object) };
}

/** Provides a token by a value that exists already. Who created it disposes of it. */
export const provideValue = <V>(provides: Token<V>, value: NoInfer<V>): FactoryProvider<V> => provide(provides, {}, () => value, { dispose: false });
