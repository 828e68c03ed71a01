import { manualClock, type Caller, type Logger } from '@org/enterprise-kernel';
import { apiKeys, memoryApiKeyStore, type ApiKeyOwner, type ApiKeys, type ApiKeysOptions, type ApiKeyStore } from '../src/api-keys/index.js';
import type { RequestCredentials } from '../src/credentials.js';
import { permissionSet } from '../src/permissions/permission-set.js';
import type { Invalidation, Revocations } from '../src/revocations.js';

/** Revocations of one process, which remember what was published. */
export function recordedRevocations(): Revocations & { readonly published: Invalidation[]; readonly listeners: Set<(invalidation: Invalidation) => void> } {
  const published: Invalidation[] = [];
  const listeners = new Set<(invalidation: Invalidation) => void>();
  return {
    published, listeners,
    isRevoked: (id) => published.some((each) => each.id === id && each.kind === 'revoked'),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async publish(invalidations) {
      published.push(...invalidations);
      for (const each of invalidations) for (const listener of listeners) listener(each);
    },
  };
}

/** A store that counts what it is asked, and can be made to wait or to fail. */
export function watchedStore(store: ApiKeyStore = memoryApiKeyStore()) {
  const calls: string[] = [];
  let gate: Promise<void> | undefined;
  let fault: Error | undefined;
  const watched = Object.fromEntries(Object.entries(store).map(([name, method]) => [name, async (...args: unknown[]) => {
    calls.push(name);
    const result = fault ? Promise.reject(fault) : (method as (...args: unknown[]) => Promise<unknown>)(...args);
    await Promise.allSettled([result]);
    await gate;
    return result;
  }])) as unknown as ApiKeyStore;
  return {
    store: watched,
    /** The store itself, as another process sees it. */
    behind: store,
    count: (name: keyof ApiKeyStore): number => calls.filter((each) => each === name).length,
    fail(error: Error | undefined): void { fault = error; },
    /** Lets what was read wait on its way back until the returned function is called. */
    hold(): () => void {
      let release!: () => void;
      gate = new Promise((resolve) => { release = resolve; });
      return () => { gate = undefined; release(); };
    },
  };
}

/** Counts by label. */
export function countingMeter() {
  const counts: Record<string, number> = {};
  const counter = () => ({
    add: () => { throw new Error('not bound'); },
    with: ({ outcome }: { readonly outcome: string }) => ({ add: (value: number) => { counts[outcome] = (counts[outcome] ?? 0) + value; } }),
  });
  return { counts, meter: { counter, histogram: counter, gauge: counter } as never };
}

export function recordingLogger() {
  const lines: { readonly message: string; readonly fields: unknown }[] = [];
  const log = (message: string, fields?: unknown): void => { lines.push({ message, fields }); };
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  return { lines, logger };
}

export const permissions = (...granted: string[]): ReadonlySet<string> => permissionSet(granted);

/** API keys with everything that a test may want to look at; `owners` may be changed at any time. */
export function opened(over: Partial<ApiKeysOptions> = {}) {
  const clock = manualClock();
  const revocations = recordedRevocations();
  const watched = watchedStore();
  const owners = new Map<string, ApiKeyOwner>([['ann', { permissions: permissions('orders:*', 'products:write') }], ['bob', { permissions: permissions() }]]);
  const { counts, meter } = countingMeter();
  const { lines, logger } = recordingLogger();
  const keys = apiKeys({ store: watched.store, ownerOf: async (id) => owners.get(id), revocations, clock, logger, meter, ...over });
  return { keys, clock, revocations, watched, owners, counts, lines };
}

/** A request that carries a key. */
export const request = (key: string | undefined): RequestCredentials =>
  ({ header: (name) => (name === 'x-api-key' ? key : undefined), method: 'GET', path: '/', remoteAddress: '127.0.0.1' });

export const verify = async ({ scheme }: ApiKeys, key: string): Promise<Caller> => scheme.verify(key, request(key));

/** The code of what is thrown, or the caller's id. */
export const outcome = (keys: ApiKeys, key: string): Promise<string> =>
  verify(keys, key).then(({ id }) => id, (error: { readonly code?: string }) => error.code ?? String(error));

export const caught = (work: Promise<unknown>): Promise<any> => work.then((value) => { throw new Error(`fulfilled with ${JSON.stringify(value)}`); }, (error: unknown) => error);
