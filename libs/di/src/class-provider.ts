import type { Token } from '@org/enterprise-kernel';
import type { Class, Key } from './key.js';
import type { ClassProvider, FactoryProvider, ProviderHooks, ProviderScope } from './provider.js';

/** A token for each element of a tuple. */
type TokensOf<P extends readonly unknown[]> = { readonly [I in keyof P]: Token<P[I]> };

export interface ProvideClassOptions<C extends Class> extends ProviderHooks<InstanceType<C>> {
  /** @default what tsyringe does with the class: `@singleton` and `@scoped` say, and all others are transient; with `params`, 'singleton' */
  readonly scope?: ProviderScope;
  /** A token for each constructor parameter, in order, for a class without tsyringe's decorators. @default the class's decorators */
  readonly params?: TokensOf<ConstructorParameters<C>>;
}

/** Provides a class by itself, or a token by a class. Classes decorated for tsyringe are taken as they are. */
export function provideClass<C extends Class>(provided: C, options?: ProvideClassOptions<C>): ClassProvider<InstanceType<C>> | FactoryProvider<InstanceType<C>>;
export function provideClass<V, C extends Class<V>>(provides: Token<V>, provided: C, options?: ProvideClassOptions<C>): ClassProvider<V> | FactoryProvider<V>;
export function provideClass(provides: Key, second?: Class | ProvideClassOptions<Class>, third?: ProvideClassOptions<Class>): ClassProvider | FactoryProvider {
  const provided = typeof second === 'function' ? second : (provides as Class);
  const { scope, params, ...hooks } = (typeof second === 'function' ? third : second) ?? {};
  if (!params) return { kind: 'class', provides, Class: provided, scope, hooks };
  const tokens = params as unknown as readonly Token<unknown>[];
  return {
    kind: 'factory',
    provides,
    deps: Object.fromEntries(tokens.entries()),
    create: (deps: Record<number, unknown>) => new provided(...tokens.map((_, position) => deps[position])),
    scope: scope ?? 'singleton',
    hooks,
  };
}
