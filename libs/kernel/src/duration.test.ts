import { formatMilliseconds, toMilliseconds, type Duration } from './duration.js';

describe('toMilliseconds', () => {
  it.each<[Duration, number]>([
    [{ milliseconds: 250 }, 250],
    [{ seconds: 30 }, 30_000],
    [{ minutes: 15 }, 900_000],
    [{ hours: 1 }, 3_600_000],
    [{ days: 2 }, 172_800_000],
    [{ minutes: 1, seconds: 30 }, 90_000],
    [{ days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 }, 90_061_001],
    [{ seconds: 0.5 }, 500],
    [{ seconds: 0 }, 0],
    [{ seconds: 1, minutes: undefined } as unknown as Duration, 1_000],
  ])('%j is %p', (duration, expected) => {
    expect(toMilliseconds(duration)).toBe(expected);
  });

  it.each<[unknown, RegExp]>([
    [{}, /at least one of milliseconds, seconds, minutes, hours, days/],
    [{ seconds: undefined }, /at least one of/],
    [30, /at least one of/],
    [undefined, /undefined/],
    [null, /null/],
    ['5s', /"0" is not a unit of time/],
    [{ weeks: 1 }, /"weeks" is not a unit of time; use milliseconds, seconds/],
    [{ constructor: 1 }, /"constructor" is not a unit of time/],
    [{ seconds: -1 }, /seconds must be a finite number of at least 0, not -1/],
    [{ minutes: 5, seconds: -1 }, /seconds must be/],
    [{ hours: NaN }, /hours must be .* not NaN/],
    [{ hours: Infinity }, /hours must be .* not Infinity/],
    [{ seconds: '5' }, /seconds must be .* not 5/],
    [{ seconds: null }, /seconds must be .* not null/],
    [{ seconds: Symbol('s') }, /seconds must be .* not Symbol\(s\)/],
    [{ days: 1e308 }, /too long/],
  ])('%p is refused', (duration, message) => {
    expect(() => toMilliseconds(duration as Duration)).toThrow(TypeError);
    expect(() => toMilliseconds(duration as Duration)).toThrow(message);
  });

  it('is not given a bare number or an unknown unit by the compiler', () => {
    const calls = (): void => {
      // @ts-expect-error which unit?
      toMilliseconds(30);
      // @ts-expect-error no such unit
      toMilliseconds({ weeks: 1 });
    };
    expect(calls).toThrow(TypeError);
  });
});

describe('formatMilliseconds', () => {
  it.each([
    [0, '0 ms'],
    [0.123, '0.12 ms'],
    [850, '850 ms'],
    [12.34, '12.3 ms'],
    [999.94, '999.9 ms'],
    [999.96, '1 s'],
    [1_000, '1 s'],
    [1_500, '1.5 s'],
    [59_900, '59.9 s'],
    [59_999, '1 min'],
    [90_000, '1.5 min'],
    [3_599_999, '1 h'],
    [7_200_000, '2 h'],
    [86_399_999, '1 d'],
    [129_600_000, '1.5 d'],
    [86_400_000 * 400, '400 d'],
    [-1_500, '-1.5 s'],
    [NaN, 'NaN ms'],
  ])('prints %p as %p', (milliseconds, expected) => {
    expect(formatMilliseconds(milliseconds)).toBe(expected);
  });
});
