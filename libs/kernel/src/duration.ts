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
    if (!Number.isFinite(value) || value < 0) throw new TypeError(`A duration's ${unit} must be a finite number of at least 0, not ${String(value)}.`);
    total += value * factor;
  }
  if (total === Infinity) throw new TypeError('This duration is too long to count.');
  return total;
}

// Each unit with how many of them make the next.
const ladder = [['ms', 1_000], ['s', 60], ['min', 60], ['h', 24]] as const;

/** Prints milliseconds for people, in the unit that fits: `850 ms`, `1.5 s`, `2 h`. */
export function formatMilliseconds(milliseconds: number): string {
  let value = milliseconds;
  for (const [unit, limit] of ladder) {
    const rounded = round(value);
    if (!(Math.abs(rounded) >= limit)) return `${rounded} ${unit}`; // judged when rounded: 59,999 ms are 1 min, not 60 s
    value /= limit;
  }
  return `${round(value)} d`;
}

const round = (value: number): number => Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1));
