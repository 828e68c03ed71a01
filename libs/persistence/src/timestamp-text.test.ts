import { readUtcTimestamp } from './timestamp-text.js';

describe('a time as PostgreSQL writes it', () => {
  const written = (time: Date, digits: number): string => `${time.toISOString().slice(0, 10)} ${time.toISOString().slice(11, 19)}${digits > 0 ? `.${String(time.getUTCMilliseconds()).padStart(3, '0').padEnd(6, '0').slice(0, digits)}` : ''}+00`;

  it('is what Date makes of it', () => {
    const first = Date.UTC(100, 0, 1);
    const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
    for (let i = 0; i <= 5_000; i++) {
      const text = written(new Date(first + Math.floor((last - first) * (i / 5_000))), i % 7);
      expect([text, readUtcTimestamp(text)?.getTime()]).toEqual([text, new Date(text).getTime()]);
    }
    expect(readUtcTimestamp('2024-02-29 23:59:59.9+00')).toEqual(new Date('2024-02-29T23:59:59.900Z'));
    expect(readUtcTimestamp('2024-02-29 23:59:59.123999+00')).toEqual(new Date('2024-02-29T23:59:59.123Z'));
  });

  it.each(['', '+00', 'infinity', '-infinity', '2026-01-02 03:04:05', '2026-01-02 03:04:05+01', '2026-01-02 03:04:05+05:30', '2026-01-02T03:04:05+00', '2026-01-02 03:04:05,1+00', '10000-01-02 03:04:05+00', '0099-01-02 03:04:05+00', '0044-03-15 12:00:00+00 BC', '2026-01-02'])('is left to others when it is "%s"', (text) => {
    expect(readUtcTimestamp(text)).toBeUndefined();
  });
});
