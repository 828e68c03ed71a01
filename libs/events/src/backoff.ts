import { toMilliseconds } from '@org/enterprise-kernel';
import type { RetryOptions } from './subscribe.js';

/** Returns how many milliseconds to wait after the nth failure: doubling up to the longest, and shortened at random by up to half. */
export function pauseAfter(failures: number, { first, longest }: Required<Omit<RetryOptions, 'attempts'>>, random: () => number = Math.random): number {
  const most = Math.min(toMilliseconds(first) * 2 ** (failures - 1), toMilliseconds(longest));
  return most * (1 - random() / 2);
}
