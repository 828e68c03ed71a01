import type { Fault } from '../errors.js';
import { IdempotencyKeyRequired } from './idempotency.errors.js';
import { readIdempotencyKey } from './idempotency-key.js';

const read = (header: string | undefined): string | readonly Fault[] | undefined => {
  const faults: Fault[] = [];
  const sent = readIdempotencyKey(header, 'optional', faults);
  return faults.length > 0 ? faults : sent?.key;
};

test.each([
  ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['!', '!'],
  ['~'.repeat(255), '~'.repeat(255)],
  [`"${'a'.repeat(255)}"`, 'a'.repeat(255)],
  [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ['a"b', 'a"b'],
  ["order:42;attempt='1'", "order:42;attempt='1'"],
])('%j is the key %j', (header, key) => {
  expect(read(header)).toBe(key);
});

test.each(['', ' ', '""', 'a b', '"a b"', 'a, b', 'a\tb', 'é', '"é"', '"a', '"', 'a'.repeat(256), `"${'a'.repeat(256)}"`, '"a"b"', '"a\\b"', '"a\\"', '"a";x=1', '"a", "b"', 'a'.repeat(100_000), `"${'\\\\'.repeat(50_000)}`, '\u0000', 'a\n'])('%j is refused, and the fault names the header', (header) => {
  expect(read(header)).toEqual([{ in: 'headers', path: 'idempotency-key', message: expect.stringContaining('1 to 255 visible ASCII characters') }]);
});

test('a missing key is refused only where one is required', () => {
  expect(read(undefined)).toBeUndefined();
  expect(() => readIdempotencyKey(undefined, 'required', [])).toThrow(expect.objectContaining({ code: IdempotencyKeyRequired.code }));
});
