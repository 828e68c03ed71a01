import { toMilliseconds, type Duration } from '@org/enterprise-kernel';
import { z } from 'zod';
import { withHint } from './hint.js';

type Unit = keyof Duration;
const short: Readonly<Record<string, Unit>> = { d: 'days', h: 'hours', m: 'minutes', min: 'minutes', s: 'seconds', ms: 'milliseconds' };
const iso = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
const isoUnits: readonly Unit[] = ['days', 'hours', 'minutes', 'seconds'];

const hint = 'a length of time with its unit, such as 30s, 5m or 1h30m';

/**
 * Declares a length of time, written `30s`, `5m`, `1h30m`, `250ms` or in ISO 8601 as `PT1H30M`, in a file also as
 * `{ "minutes": 5 }`. A number without a unit is refused. The value is the kernel's `Duration`.
 */
export const duration = (): z.ZodPipe<z.ZodCustom<string | Duration, string | Duration>, z.ZodTransform<Duration, string | Duration>> =>
  z.custom<string | Duration>((value) => typeof value === 'string' ? parseDuration(value) !== undefined : isDuration(value), `expected ${hint}`)
    .transform(withHint(hint, (value: string | Duration) => typeof value === 'string' ? parseDuration(value)! : value));

/** Reads a written duration; `undefined` if it is none. */
export function parseDuration(text: string): Duration | undefined {
  const trimmed = text.trim();
  const parts: Partial<Record<Unit, number>> = {};
  const match = iso.exec(trimmed);
  if (match) {
    isoUnits.forEach((unit, index) => { if (match[index + 1] !== undefined) parts[unit] = Number(match[index + 1]); });
  } else {
    const rest = trimmed.replace(/(\d+(?:\.\d+)?)\s*(ms|min|[dhms])\s*/g, (whole, amount: string, unit: string) => {
      const name = short[unit]!;
      if (name in parts) return whole;
      parts[name] = Number(amount);
      return '';
    });
    if (rest !== '') return undefined;
  }
  return Object.keys(parts).length > 0 ? parts : undefined;
}

/** Writes a duration the way {@link parseDuration} reads it. */
export const formatDuration = (value: Duration): string =>
  (['days', 'hours', 'minutes', 'seconds', 'milliseconds'] as const)
    .flatMap((unit) => value[unit] === undefined ? [] : `${value[unit]}${unit === 'milliseconds' ? 'ms' : unit[0]}`).join('');

export function isDuration(value: unknown): value is Duration {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    return toMilliseconds(value) >= 0;
  } catch {
    return false;
  }
}
