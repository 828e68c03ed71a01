import type { Clock, Duration } from '@org/enterprise-kernel';

export interface TimeLimitOptions {
  readonly clock: Clock;
  readonly limit: Duration;
  /** What the signal's reason is when the time is over. */
  readonly expired: () => Error;
  /** Whatever else ends the work. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

export interface TimeLimit {
  /** Aborted when the time is over or one of the other signals is aborted, with its reason. */
  readonly signal: AbortSignal;
  /** Lets the work go on for as long as it takes; the other signals still end it. */
  lift(): void;
  /** Leaves no timer and no listener behind. */
  release(): void;
}

export function timeLimit({ clock, limit, expired, signals }: TimeLimitOptions): TimeLimit {
  const controller = new AbortController();
  const timer = clock.schedule(limit, () => controller.abort(expired()), { keepAlive: true });
  const links = signals.flatMap((signal) => (signal ? [{ signal, onAbort: (): void => controller.abort(signal.reason) }] : []));
  for (const { signal, onAbort } of links) {
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  }
  const lift = (): void => timer[Symbol.dispose]();
  return {
    signal: controller.signal,
    lift,
    release() {
      lift();
      for (const { signal, onAbort } of links) signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Gives up waiting as soon as the signal is aborted, whatever becomes of the work. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
