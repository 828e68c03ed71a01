import { formatMilliseconds, sleep, toMilliseconds, type Clock, type Duration } from '@org/enterprise-kernel';
import { StopTimedOut } from './errors.js';

/** One thing to do on the way down. */
export interface StopStep {
  /** For people: `Draining http.Server`. */
  readonly what: string;
  readonly run: () => unknown;
}

const late = Symbol('late');

/**
 * Runs steps one after the other and returns what failed.
 *
 * A failing step does not keep the others from running. A step that has not finished when the time for all of them is
 * over is left behind and named, and those after it are not run.
 */
export async function runStopSteps(steps: readonly StopStep[], within: Duration, clock: Clock): Promise<Error[]> {
  const failures: Error[] = [];
  if (steps.length === 0) return failures;
  const over = new AbortController();
  const deadline = sleep(within, { clock, signal: over.signal }).then(() => late, () => undefined);
  try {
    for (const [index, { what, run }] of steps.entries()) {
      const finished = (async () => { await run(); })().catch((cause: unknown) => void failures.push(failureOf(what, cause)));
      if ((await Promise.race([finished, deadline])) === late) {
        failures.push(timedOut(what, within, steps.slice(index + 1).map((step) => step.what)));
        break;
      }
    }
  } finally {
    over.abort();
  }
  return failures;
}

function timedOut(step: string, within: Duration, skipped: readonly string[]): Error {
  const rest = skipped.length === 0 ? '' : ` Not reached: ${skipped.join(', ')}.`;
  return new StopTimedOut({ step, skipped }, { message: `${step} did not finish within ${formatMilliseconds(toMilliseconds(within))}.${rest}` });
}

const failureOf = (what: string, cause: unknown): Error => new Error(`${what} failed: ${messageOf(cause)}`, { cause });

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
