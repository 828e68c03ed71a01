import { sleep, toMilliseconds, type Clock, type Duration } from '@org/enterprise-kernel';
import { isApiError } from './api-error.js';
import { ApiTimeout, ApiUnreachable } from './client.errors.js';

export interface Backoff {
  /** The longest pause before the first repetition; it doubles with each. @default { milliseconds: 100 } */
  readonly first?: Duration;
  /** @default { seconds: 5 } */
  readonly longest?: Duration;
}

export interface RetryOptions {
  readonly retries: number;
  readonly backoff: Backoff;
  readonly clock: Clock;
  /** Ends the work, its pauses too. */
  readonly signal: AbortSignal;
  /** When the time of the call is over, on `clock`. */
  readonly due: number;
}

/**
 * Repeats an attempt that failed for a reason that may pass, with pauses of full jitter (Brooker, "Exponential Backoff And
 * Jitter", 2015) or as long as the server asks for. A pause that the call has no time for is not begun.
 */
export async function withRetries<T>(attempt: () => Promise<T>, { retries, backoff, clock, signal, due }: RetryOptions): Promise<T> {
  const { first = { milliseconds: 100 }, longest = { seconds: 5 } } = backoff;
  for (let repetition = 0; ; repetition++) {
    try {
      return await attempt();
    } catch (error) {
      if (repetition >= retries || !mayPass(error)) throw error;
      const jitter = Math.random() * Math.min(toMilliseconds(longest), toMilliseconds(first) * 2 ** repetition);
      const pause = askedFor(error) + jitter;
      if (clock.now() + pause >= due) throw error;
      await sleep({ milliseconds: pause }, { clock, signal });
    }
  }
}

const passing = new Set([429, 502, 503, 504]);

const mayPass = (error: unknown): boolean => ApiUnreachable.is(error) || ApiTimeout.is(error) || (isApiError(error) && (passing.has(error.status) || error.code === 'IDEMPOTENCY_IN_PROGRESS'));

function askedFor(error: unknown): number {
  if (ApiUnreachable.is(error)) return (error.details.retry_after_seconds ?? 0) * 1000;
  return isApiError(error) && error.retryAfter ? toMilliseconds(error.retryAfter) : 0;
}
