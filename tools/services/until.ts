import { setTimeout as pause } from 'node:timers/promises';

/** Waits until something holds, however slow the machine is: 20 seconds at most. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; !(await holds()); await pause(20)) {
    if (performance.now() > end) throw new Error(`Not within 20 s: ${what}`);
  }
}
