/** A length of time with its unit written out; the parts add up: `{ minutes: 1, seconds: 30 }`. */
export interface Duration {
  readonly milliseconds?: number;
  readonly seconds?: number;
  readonly minutes?: number;
  readonly hours?: number;
  readonly days?: number;
}

const factors = { milliseconds: 1, seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

/**
 * Returns a duration in milliseconds.
 * @throws TypeError for an unknown unit, an empty duration, or a part that is negative or not finite
 */
export function toMilliseconds(duration: Duration): number {
  const parts = Object.entries(duration).filter(([, value]) => value !== undefined);
  if (parts.length === 0) throw new TypeError('A duration needs at least one of ' + Object.keys(factors).join(', ') + '.');
  let total = 0;
  for (const [unit, value] of parts) {
    const factor = Object.hasOwn(factors, unit) ? factors[unit as keyof Duration] : undefined;
    if (factor === undefined) throw new TypeError(`"${unit}" is not a unit of time; use ${Object.keys(factors).join(', ')}.`);
    if (!Number.isFinite(value) || value < 0) throw new TypeError(`A duration's ${unit} must be a finite number of at least 0, not ${value}.`);
    total += value * factor;
  }
  return total;
}

const ladder = [['d', factors.days], ['h', factors.hours], ['min', factors.minutes], ['s', factors.seconds]] as const;

/** Prints milliseconds for people: `850 ms`, `1.5 s`, `2 h`. */
export function formatMilliseconds(milliseconds: number): string {
  const [unit, factor] = ladder.find(([, size]) => milliseconds >= size) ?? ['ms', 1];
  const value = milliseconds / factor;
  return `${Number(value.toFixed(value < 10 ? 2 : 1))} ${unit}`;
}
