import type { Token } from '@org/enterprise-kernel';

/** A class that the container can construct. */
export type Class<V = unknown> = new (...parameters: any[]) => V;

/** What a value is provided and resolved by: a token, or a class itself. */
export type Key<V = unknown> = Token<V> | Class<V>;

/** A key as tsyringe knows it. */
export type EngineKey = symbol | string | Class;

export const engineKeyOf = (key: Key): symbol | Class => (typeof key === 'function' ? key : key.symbol);

export const idOf = (key: Key): string => (typeof key === 'function' ? key.name : key.id);

export const describeEngineKey = (key: EngineKey): string =>
  typeof key === 'function' ? key.name || '(anonymous class)' : typeof key === 'symbol' ? (key.description ?? String(key)).replace('org.enterprise.token:', '') : key;
