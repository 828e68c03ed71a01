import { token, type Token } from '@org/enterprise-kernel';

const marker = Symbol.for('org.enterprise.di.lazy');

/** A token whose value is a function that resolves another token when it is called. */
export interface LazyToken<V> extends Token<() => V> {
  readonly [marker]: Token<V>;
}

/** Asks for a dependency that is resolved only when its getter is called, so that two providers may need each other. */
export const lazy = <V>(target: Token<V>): LazyToken<V> => ({ ...token<() => V>(`lazy(${target.id})`), [marker]: target });

/** Returns what a lazy token stands for; `undefined` for any other token. */
export const lazyTarget = (key: object): Token<unknown> | undefined => (key as Partial<LazyToken<unknown>>)[marker];
