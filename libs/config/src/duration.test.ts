import type { Duration } from '@org/enterprise-kernel';
import { z } from 'zod';
import { duration, formatDuration, parseDuration } from './duration.js';

test.each<[string, Duration | undefined]>([
  ['30s', { seconds: 30 }], ['5m', { minutes: 5 }], ['5min', { minutes: 5 }], ['1h30m', { hours: 1, minutes: 30 }], [' 1h 30m ', { hours: 1, minutes: 30 }],
  ['250ms', { milliseconds: 250 }], ['1.5s', { seconds: 1.5 }], ['2d', { days: 2 }], ['0s', { seconds: 0 }],
  ['PT30S', { seconds: 30 }], ['P1DT2H3M4.5S', { days: 1, hours: 2, minutes: 3, seconds: 4.5 }], ['pt1h', { hours: 1 }],
  ['30', undefined], ['', undefined], ['s', undefined], ['-5s', undefined], ['5 parsecs', undefined], ['1h1h', undefined], ['P', undefined], ['PT', undefined], ['P1M', undefined], ['1s2', undefined],
])('%j is read as %j', (text, expected) => {
  expect(parseDuration(text)).toEqual(expected);
});

test('a written duration reads back', () => {
  for (const value of [{ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 }, { seconds: 1.5 }]) expect(parseDuration(formatDuration(value))).toEqual(value);
});

test('a duration is an ordinary schema that also takes the kernel\'s object', () => {
  const schema = z.object({ A: duration(), B: duration().default({ minutes: 5 }), C: duration().optional() });
  const parsed = schema.parse({ A: { hours: 1 } });
  const typed: Duration = parsed.B;
  expect([parsed.A, typed, parsed.C]).toEqual([{ hours: 1 }, { minutes: 5 }, undefined]);
  for (const A of [5, {}, { weeks: 1 }, { seconds: -1 }, null, ['1s'], '5']) expect(schema.safeParse({ A }).error?.issues[0]?.message).toContain('with its unit');
});
