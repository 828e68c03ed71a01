const zero = 48;

/**
 * Reads a time as PostgreSQL writes it for sessions in UTC, `2026-01-02 03:04:05.678+00`, several times as fast as `Date`
 * does; `undefined` for every other text, such as those of other zones and of years before 100 or after 9999. What is
 * finer than milliseconds is cut off, as `Date` does it.
 */
export function readUtcTimestamp(text: string): Date | undefined {
  const end = text.length - 3;
  const isUtc = end >= 19 && text.endsWith('+00') && text[4] === '-' && text[7] === '-' && text[10] === ' ' && text[13] === ':' && text[16] === ':';
  if (!isUtc || (end > 19 && text[19] !== '.')) return undefined;
  const two = (at: number): number => (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero;
  const year = two(0) * 100 + two(2);
  if (!(year >= 100)) return undefined;
  let milliseconds = 0;
  for (let at = 20, unit = 100; at < end && unit >= 1; at++, unit /= 10) milliseconds += (text.charCodeAt(at) - zero) * unit;
  return new Date(Date.UTC(year, two(5) - 1, two(8), two(11), two(14), two(17), milliseconds));
}
