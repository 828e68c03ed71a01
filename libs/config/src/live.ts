import { noopLogger, type AppError, type Clock, type Duration, type HealthCheck, type Logger } from '@org/enterprise-kernel';
import { isSame } from './freeze.js';
import type { ConfigSource } from './source.js';
import { subscriptions, type Subscribe } from './subscriptions.js';
import { watchFiles } from './sources/watch-files.js';

/** Whether the settings are those that the sources hold. */
export type ConfigStatus =
  | { readonly state: 'current'; readonly loadedAt: number }
  /** The last reload failed; the values are those of `loadedAt`. */
  | { readonly state: 'stale'; readonly loadedAt: number; readonly failedAt: number; readonly error: AppError };

export interface WatchConfigOptions {
  /** Where reloads and their failures are written. @default noopLogger */
  readonly logger?: Logger;
  /** How often files are looked at. @default 2 s */
  readonly pollInterval?: Duration;
  /** How long changes may gather before one reload takes them all. @default 100 ms */
  readonly settle?: Duration;
  /** How long to wait before a source that failed to answer is asked again. @default 10 s */
  readonly retry?: Duration;
}

export interface LiveConfig<V extends object> {
  /** The settings now, deeply frozen. A reload puts a new object here, at once and only if all of it is valid. */
  readonly values: V;
  readonly status: ConfigStatus;
  /** Fails while the settings are stale; not critical, since the service works on with the last good ones. */
  readonly health: HealthCheck;
  /** Calls `listener` after a reload that changed the setting; disposing ends it. One that throws does not stop the others. */
  readonly subscribe: Subscribe<V>;
  /** Reads all sources now. Never rejects for a fault in them: the last good values stay, and the status says why. */
  reload(): Promise<ConfigStatus>;
  /** Reloads whenever a source or a secret's file changes, until disposed. Begins with one reload. */
  watch(options?: WatchConfigOptions): AsyncDisposable;
}

export interface LiveConfigOptions<V> {
  readonly first: V;
  readonly clock: Clock;
  readonly sources: readonly ConfigSource[];
  /** Files that the last reading depended on besides the sources. */
  readonly files: () => readonly string[];
  readonly read: (signal?: AbortSignal) => Promise<{ readonly values: V } | { readonly error: AppError; readonly outage: boolean }>;
}

/** Keeps the settings, and swaps them when a reload succeeds. */
export function liveConfig<V extends object>({ first, clock, sources, files, read }: LiveConfigOptions<V>): LiveConfig<V> {
  let values = first;
  let status: ConfigStatus = { state: 'current', loadedAt: clock.now() };
  let queue: Promise<unknown> = Promise.resolve();
  const subscribers = subscriptions<V>();

  const reloadOnce = async (logger: Logger, signal?: AbortSignal): Promise<{ readonly outage: boolean }> => {
    const result = await read(signal);
    signal?.throwIfAborted();
    if ('error' in result) {
      const isNews = status.state === 'current' || status.error.message !== result.error.message;
      status = { state: 'stale', loadedAt: status.loadedAt, failedAt: clock.now(), error: result.error };
      if (isNews) logger.warn('The settings were not reloaded; the last good ones stay.', { error: result.error });
      return { outage: result.outage };
    }
    const before = values;
    const changed = (Object.keys({ ...before, ...result.values }) as (keyof V)[]).filter((key) => !isSame(before[key], result.values[key]));
    const wasStale = status.state === 'stale';
    status = { state: 'current', loadedAt: clock.now() };
    if (changed.length > 0) values = result.values;
    if (changed.length > 0 || wasStale) logger.info('The settings were reloaded.', { changed });
    subscribers.notify(changed, before, values, logger);
    return { outage: false };
  };
  // One after the other, so that an older reading never replaces a newer one.
  const reload = <R>(task: () => Promise<R>): Promise<R> => {
    const run = queue.then(task);
    queue = run.catch(() => {});
    return run;
  };

  return {
    get values() { return values; },
    get status() { return status; },
    health: {
      name: 'config',
      critical: false,
      async check() {
        if (status.state === 'stale') throw status.error;
        return { loaded_at: new Date(status.loadedAt).toISOString() };
      },
    },
    subscribe: subscribers.subscribe,
    async reload() {
      await reload(() => reloadOnce(noopLogger));
      return status;
    },
    watch({ logger = noopLogger, pollInterval = { seconds: 2 }, settle = { milliseconds: 100 }, retry = { seconds: 10 } } = {}) {
      const controller = new AbortController();
      const { signal } = controller;
      let timer: Disposable | undefined;
      let due: Duration | undefined;
      let running: Promise<void> = Promise.resolve();
      const request = (delay: Duration): void => {
        if (signal.aborted || (timer && due === settle)) return;
        timer?.[Symbol.dispose]();
        due = delay;
        timer = clock.schedule(delay, () => {
          timer = undefined;
          running = reload(() => reloadOnce(logger, signal)).then(
            ({ outage }) => { if (outage && !timer) request(retry); },
            () => {}, // disposed meanwhile
          );
        });
      };
      const onChange = (): void => request(settle);
      const watchers = [
        ...sources.flatMap((source) => source.watch?.(onChange, { clock, pollInterval }) ?? []),
        // Also if there is no such file it calls once at the start, which covers what happened since the first load.
        watchFiles(files, onChange, { clock, pollInterval }),
      ];
      return {
        async [Symbol.asyncDispose]() {
          controller.abort();
          timer?.[Symbol.dispose]();
          await Promise.all(watchers.map((watcher) => watcher[Symbol.asyncDispose]()));
          await running;
        },
      };
    },
  };
}
