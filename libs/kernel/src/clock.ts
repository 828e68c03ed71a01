import { toMilliseconds, type Duration } from './duration.js';

/** The only way the libraries read time or wait, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once after `delay`; disposing cancels it. The timer does not keep the process alive. */
  schedule(delay: Duration, task: () => void): Disposable;
}

// setTimeout treats anything longer as 1 ms.
const longestTimeout = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  schedule(delay, task) {
    const due = performance.now() + toMilliseconds(delay);
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = due - performance.now();
      timer = left > longestTimeout ? setTimeout(arm, longestTimeout) : setTimeout(task, Math.max(0, left));
      timer.unref();
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

/** Waits for `delay`; an aborted `signal` rejects with its reason and leaves no timer or listener behind. */
export async function sleep(delay: Duration, { clock = systemClock, signal }: SleepOptions = {}): Promise<void> {
  signal?.throwIfAborted();
  // A system timer is unreferenced; someone who awaits a sleep wants the process to stay.
  const keepAlive = clock === systemClock ? setInterval(() => {}, longestTimeout) : undefined;
  let timer: Disposable | undefined;
  let onAbort: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(signal!.reason as Error);
      signal?.addEventListener('abort', onAbort, { once: true });
      timer = clock.schedule(delay, resolve);
    });
  } finally {
    clearInterval(keepAlive);
    timer?.[Symbol.dispose]();
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /** Moves time forward, running what falls due in order of its time and letting its promises settle in between. */
  advance(by: Duration): Promise<void>;
  /** Sets the wall clock without running anything, as an operator or NTP would. */
  set(now: number | Date): void;
  /** How many tasks are waiting. */
  readonly pending: number;
}

/** @param start wall clock at the beginning; @default 2026-01-01T00:00:00Z */
export function manualClock(start: number | Date = Date.UTC(2026, 0, 1)): ManualClock {
  let now = Number(start);
  let elapsed = 0;
  const tasks = new Set<{ readonly due: number; readonly task: () => void }>();
  return {
    now: () => now,
    set(time) { now = Number(time); },
    get pending() { return tasks.size; },
    schedule(delay, task) {
      const entry = { due: elapsed + toMilliseconds(delay), task };
      tasks.add(entry);
      return { [Symbol.dispose]: () => void tasks.delete(entry) };
    },
    async advance(by) {
      const end = elapsed + toMilliseconds(by);
      const moveTo = (time: number): void => { now += time - elapsed; elapsed = time; };
      for (;;) {
        await settle();
        const next = [...tasks].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        tasks.delete(next);
        moveTo(Math.max(elapsed, next.due));
        next.task();
      }
      moveTo(end);
      await settle();
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
