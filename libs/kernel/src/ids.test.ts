import { manualClock } from './clock.js';
import { isUuid, uuidGenerator, uuidv7 } from './ids.js';

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const fill = (bytes: Uint8Array) => (buffer: Uint8Array): void => buffer.set(bytes);
const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

const expectRising = (ids: readonly string[]): void => {
  const fall = ids.findIndex((id, i) => i > 0 && id <= ids[i - 1]!);
  expect(fall === -1 ? 'rising' : `${ids[fall - 1]} then ${ids[fall]}`).toBe('rising');
};

describe('uuidGenerator', () => {
  it('makes the version 7 example of RFC 9562, appendix A.6', () => {
    const next = uuidGenerator({ clock: { now: () => 0x017f22e279b0 }, random: fill(bytesOf('0000000000000cc318c4dc0c0c07398f')) });
    expect(next()).toBe('017F22E2-79B0-7CC3-98C4-DC0C0C07398F'.toLowerCase());
  });

  it.each(['00', 'ff', 'a5'])('sets version and variant whatever the random bytes are: %s', (byte) => {
    const id = uuidGenerator({ clock: { now: () => 1 }, random: fill(bytesOf(byte.repeat(16))) })();
    expect(id[14]).toBe('7');
    expect(Number.parseInt(id[19]!, 16) >> 2).toBe(0b10);
    expect(isUuid(id)).toBe(true);
  });

  it('holds the time in its first 48 bits', () => {
    for (const now of [1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1_763_800_000_123, 2 ** 48 - 1]) {
      expect(timeOf(uuidGenerator({ clock: { now: () => now } })())).toBe(now);
    }
  });

  it('makes 200,000 different, rising ids within one millisecond', () => {
    const next = uuidGenerator({ clock: manualClock() });
    const ids = Array.from({ length: 200_000 }, next);
    expectRising(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => id.slice(24))).size).toBe(ids.length); // the tail is fresh every time
  });

  it('keeps rising while the clock steps back and forth', () => {
    const clock = manualClock();
    const start = clock.now();
    const next = uuidGenerator({ clock });
    const ids = [0, 5_000, 4_999, -3_600_000, 5_000, 5_001, 0].flatMap((step) => {
      clock.set(start + step);
      return Array.from({ length: 100 }, next);
    });
    expectRising(ids);
    expect(timeOf(ids.at(-1)!)).toBe(start + 5_001);
  });

  it('keeps rising when the counter of a millisecond is used up', () => {
    const clock = manualClock(1_000);
    const next = uuidGenerator({ clock, random: fill(bytesOf('ff'.repeat(16))) }); // the counter starts at its maximum
    const ids = [next(), next(), next()];
    clock.set(1_001);
    ids.push(next());
    clock.set(1_002);
    ids.push(next(), next());
    expectRising(ids);
    expect(ids.map(timeOf)).toEqual([1_000, 1_001, 1_001, 1_001, 1_002, 1_003]);
  });

  it('keeps rising on a clock with fractions', () => {
    let now = 1_000;
    const next = uuidGenerator({ clock: { now: () => (now += 0.001) } });
    expectRising(Array.from({ length: 1_500 }, next));
  });
});

describe('uuidv7', () => {
  it('tells the time and never repeats', () => {
    const before = Date.now();
    const ids = Array.from({ length: 10_000 }, uuidv7);
    expectRising(ids);
    expect(timeOf(ids[0]!)).toBeGreaterThanOrEqual(before);
    expect(timeOf(ids.at(-1)!)).toBeLessThanOrEqual(Date.now() + 1); // a millisecond may be borrowed
    expect(ids.every(isUuid)).toBe(true);
  });

  it('differs between generators in the same millisecond', () => {
    const clock = manualClock();
    const ids = Array.from({ length: 1_000 }, () => uuidGenerator({ clock })());
    expect(new Set(ids).size).toBe(1_000);
  });
});

describe('isUuid', () => {
  it.each([
    ['017f22e2-79b0-7cc3-98c4-dc0c0c07398f', true],
    ['919108f7-52d1-4320-9bac-f847db4148a8', true],
    ['c232ab00-9414-11ec-b3c8-9f6bdeced846', true],
    ['2489e9ad-2ee2-8e00-8ec9-32d5f69181c0', true],
    ['017F22E2-79B0-7CC3-98C4-DC0C0C07398F', false], // not canonical
    ['017f22e279b07cc398c4dc0c0c07398f', false],
    ['{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}', false],
    ['017f22e2-79b0-7cc3-98c4-dc0c0c07398', false],
    ['017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n', false],
    [' 017f22e2-79b0-7cc3-98c4-dc0c0c07398f', false],
    ['017f22e2-79b0-9cc3-98c4-dc0c0c07398f', false], // version 9
    ['017f22e2-79b0-7cc3-c8c4-dc0c0c07398f', false], // another variant
    ['00000000-0000-0000-0000-000000000000', false],
    ['ffffffff-ffff-ffff-ffff-ffffffffffff', false],
    ['', false],
    [undefined, false],
    [['017f22e2-79b0-7cc3-98c4-dc0c0c07398f'], false],
  ])('%j: %p', (value, expected) => {
    expect(isUuid(value)).toBe(expected);
  });
});
