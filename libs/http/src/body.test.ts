import { assertHarmless, assertJsonType, isDeeperThan, parseJson, readBytes } from './body.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const fault = (message: string) => expect.objectContaining({ code: 'VALIDATION_FAILED', details: { faults: [{ path: '', message, in: 'body' }] } });

test.each([
  ['', 'is required'], ['{', 'is not valid JSON'], ['{"a":1}x', 'is not valid JSON'], ['{"a":NaN}', 'is not valid JSON'],
  ['{"__proto__":{}}', 'has a forbidden key (__proto__ or constructor.prototype)'], ['{"\\u005f_proto__":{}}', 'has a forbidden key (__proto__ or constructor.prototype)'],
  ['{"a":{"constructor":{"prototype":{}}}}', 'has a forbidden key (__proto__ or constructor.prototype)'],
  ['['.repeat(40), 'is nested more than 32 levels deep'], ['['.repeat(10_000), 'is nested more than 32 levels deep'],
])('%j is refused', (text, message) => {
  expect(() => parseJson(bytes(text), 32)).toThrow(fault(message));
});

test('bytes that are no UTF-8 are refused', () => {
  expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), 32)).toThrow(fault('is not valid UTF-8'));
});

test('depth counts brackets, not those in strings', () => {
  expect(isDeeperThan('[[1]]', 2)).toBe(false);
  expect(isDeeperThan('[[[1]]]', 2)).toBe(true);
  expect(isDeeperThan('["[[[[", {"\\"[[[": 1}]', 2)).toBe(false);
  expect(isDeeperThan('[[],[],[]]', 2)).toBe(false);
});

test('a body that somebody else has parsed is as deep as it is', () => {
  expect(() => assertHarmless({ a: [{ b: 1 }] }, 3)).not.toThrow();
  expect(() => assertHarmless({ a: [{ b: 1 }] }, 2)).toThrow(fault('is nested more than 2 levels deep'));
});

test('a body that somebody else has parsed has no forbidden key either', () => {
  for (const text of ['{"a":[{"__proto__":{}}]}', '{"constructor":{"prototype":{}}}']) {
    expect(() => assertHarmless(JSON.parse(text), 9)).toThrow(fault('has a forbidden key (__proto__ or constructor.prototype)'));
  }
  for (const harmless of [null, undefined, 'text', 1, [], { constructor: 'x' }]) expect(() => assertHarmless(harmless, 9)).not.toThrow();
});

test.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON', 'application/merge-patch+json'])('%s is JSON', (type) => {
  expect(() => assertJsonType(type)).not.toThrow();
});
test.each([undefined, '', 'text/plain', 'application/jsonp', 'application/json; charset=latin1', 'multipart/form-data', 'application/x-www-form-urlencoded'])('%s is not', (type) => {
  expect(() => assertJsonType(type)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MEDIA_TYPE' }));
});

test('too many bytes are refused by their announcement, and else as soon as they are there', async () => {
  let pulled = 0;
  const body = { async *stream() { for (;;) { pulled++; yield Buffer.alloc(10); } } };
  await expect(readBytes(body, '31', 30)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', details: { limit: 30 } });
  expect(pulled).toBe(0);
  await expect(readBytes(body, undefined, 30)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  expect(pulled).toBe(4);
  await expect(readBytes({ async *stream() { yield Buffer.from('ab'); yield Buffer.from('c'); } }, '3', 3)).resolves.toEqual(Buffer.from('abc'));
});
