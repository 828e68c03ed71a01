import { pauseAfter } from './backoff.js';

const retry = { first: { seconds: 1 }, longest: { minutes: 1 } };

test('pauses double from the first up to the longest', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 100, 2000].map((failures) => pauseAfter(failures, retry, () => 0))).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((seconds) => seconds * 1000));
});

test('a pause is shortened at random by up to half, so that repeats come apart', () => {
  expect(pauseAfter(1, retry, () => 0.999)).toBeCloseTo(500.5);
  const pauses = new Set(Array.from({ length: 50 }, () => pauseAfter(3, retry)));
  expect(pauses.size).toBeGreaterThan(40);
  for (const pause of pauses) { expect(pause).toBeGreaterThan(2000); expect(pause).toBeLessThanOrEqual(4000); }
});
