import { setImmediate as nextTurn } from 'node:timers/promises';
import { bindContext } from './context.js';
import { toMilliseconds, type Duration } from './duration.js';

/** The only way the libraries read time or wait, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once after `delay`, in the context of the call; disposing cancels it. */
  schedule(delay: Duration, task: () => void, options?: ScheduleOptions): Disposable;
}

export interface ScheduleOptions {
  /** Whether the process stays up for the task. @default false */
  readonly keepAlive?: boolean;
}

// setTimeout treats anything longer as 1 ms.
const longestTimeout = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delay, task, { keepAlive = false } = {}) {
    const due = performance.now() + toMilliseconds(delay);
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = due - performance.now();
      timer = left > longestTimeout ? setTimeout(arm, longestTimeout) : setTimeout(task, Math.max(0, left));
      if (!keepAlive) timer.unref();
    };
    arm();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

export interface SleepOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** Rejects the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits for `delay`, keeping the process up meanwhile. An aborted `signal` rejects with its reason and leaves neither a
 * timer nor a listener behind.
 */
export async function sleep(delay: Duration, { clock = systemClock, signal }: SleepOptions = {}): Promise<void> {
  signal?.throwIfAborted();
  let wake!: () => void;
  let fail!: (reason: unknown) => void;
  const waiting = new Promise<void>((resolve, reject) => {
    wake = resolve;
    fail = reject;
  });
  const onAbort = (): void => fail(signal!.reason);
  const timer = clock.schedule(delay, wake, { keepAlive: true });
  signal?.addEventListener('abort', onAbort);
  try {
    await waiting;
  } finally {
    timer[Symbol.dispose]();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /**
   * Moves time forward, running what falls due in order of its time and letting promises settle in between. A task that
   * throws rejects the call and leaves the clock at that task's time.
   */
  advance(by: Duration): Promise<void>;
  /** Sets the wall clock without running anything, as an operator or NTP would. */
  set(now: number | Date): void;
  /** How many tasks are waiting. */
  readonly pending: number;
}

/** @param start wall clock at the beginning; @default 2026-01-01T00:00:00Z */
export function manualClock(start: number | Date = Date.UTC(2026, 0, 1)): ManualClock {
  interface Entry { readonly due: number; readonly task: () => void }
  const entries = new Set<Entry>();
  let now = Number(start);
  let elapsed = 0;

  const moveTo = (time: number): void => {
    if (time <= elapsed) return;
    now += time - elapsed;
    elapsed = time;
  };
  const nextUntil = (end: number): Entry | undefined => {
    let next: Entry | undefined;
    for (const entry of entries) if (entry.due <= end && (!next || entry.due < next.due)) next = entry;
    return next;
  };
  return {
    now: () => now,
    set(time) { now = Number(time); },
    get pending() { return entries.size; },
    schedule(delay, task) {
      const entry = { due: elapsed + toMilliseconds(delay), task: bindContext(task) };
      entries.add(entry);
      return { [Symbol.dispose]: () => void entries.delete(entry) };
    },
    async advance(by) {
      const end = elapsed + toMilliseconds(by);
      await nextTurn();
      for (let next; (next = nextUntil(end)); await nextTurn()) {
        entries.delete(next);
        moveTo(next.due);
        next.task();
      }
      moveTo(end);
    },
  };
}
