import type { Token } from '@org/enterprise-kernel';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import type { AdoptedProvider } from './provider.js';

/** A token under which an existing container's value is known here; alone, it is registered there by its `symbol`. */
export type Adopted<V> = Token<V> | readonly [Token<V>, InjectionToken<NoInfer<V>>];

/**
 * Makes providers of what an existing tsyringe container holds.
 *
 * Every resolution goes to that container, which keeps its own life cycles; nothing of it is disposed of here.
 */
export function adoptContainer<const V extends readonly unknown[]>(
  container: DependencyContainer,
  tokens: { readonly [I in keyof V]: Adopted<V[I]> },
): AdoptedProvider[] {
  return (tokens as readonly Adopted<unknown>[]).map((adopted) => {
    const [provides, from] = isPair(adopted) ? adopted : [adopted, adopted.symbol];
    return { kind: 'adopted', provides, container, from, scope: 'transient', hooks: {} };
  });
}

const isPair = <V>(adopted: Adopted<V>): adopted is readonly [Token<V>, InjectionToken<V>] => Array.isArray(adopted);
