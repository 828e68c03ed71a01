import type { Logger } from '@org/enterprise-kernel';

/** A setting before and after a reload. */
export interface ConfigChange<T> { readonly before: T; readonly after: T }

export type Subscribe<V> = <K extends keyof V>(key: K, listener: (change: ConfigChange<V[K]>) => void | Promise<void>) => Disposable;

export interface Subscriptions<V> {
  readonly subscribe: Subscribe<V>;
  notify(changed: readonly (keyof V)[], before: V, after: V, logger: Logger): void;
}

/** Keeps the listeners of each setting. */
export function subscriptions<V>(): Subscriptions<V> {
  const listeners = new Map<keyof V, Set<{ readonly listener: (change: ConfigChange<any>) => void | Promise<void> }>>();
  return {
    subscribe(key, listener) {
      const entry = { listener };
      const ofKey = listeners.get(key) ?? new Set();
      listeners.set(key, ofKey.add(entry));
      return { [Symbol.dispose]: () => void ofKey.delete(entry) };
    },
    notify(changed, before, after, logger) {
      for (const key of changed) {
        for (const { listener } of [...listeners.get(key) ?? []]) {
          const call = async (): Promise<void> => listener({ before: before[key], after: after[key] });
          call().catch((error: unknown) => logger.error('A subscriber to a setting failed.', { setting: key, error }));
        }
      }
    },
  };
}
