import { parseStrictObject } from './strict-json.js';

const parse = (text: string): unknown => parseStrictObject(Buffer.from(text));

test.each([
  '{}', '{"a":{"a":1},"b":[{"a":1},{"a":2}]}', '{"a":"a","b":"a\\":","c" : "{"}', ' {"":1, "é":"☃"} ', '{"a":"\\\\","b":1}',
])('%s is read as JSON.parse reads it', (text) => {
  expect(parse(text)).toEqual(JSON.parse(text));
});

test.each([
  ['twice', '{"a":1,"a":1}'],
  ['twice, with another in between', '{"sub":"a","b":{"sub":1},"sub":"b"}'],
  ['twice, once escaped', '{"sub":"a","s\\u0075b":"b"}'],
  ['twice inside', '{"a":[{"b":1 , "b" : 2}]}'],
  ['after a string that looks like the end', '{"a":"}","a":1}'],
])('a name that occurs %s is refused', (_, text) => {
  expect(() => parse(text)).toThrow('a member occurs twice');
});

test.each(['{"__proto__":{"roles":["admin"]}}', '{"a":{"__pro\\u0074o__":1}}'])('%s is refused, since careless copying would make it a prototype', (text) => {
  expect(() => parse(text)).toThrow('a member is named __proto__');
});

test.each(['[]', 'null', '1', '"a"', '', '{"a":1}x', '{a:1}', '{"a":NaN}', '\ufeff{}'])('%j is not an object', (text) => {
  expect(() => parse(text)).toThrow(SyntaxError);
});

test.each([[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80]])('bytes that are not UTF-8 are refused', (...bytes) => {
  expect(() => parseStrictObject(Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes as number[]), Buffer.from('"}')]))).toThrow('not valid for encoding utf-8');
});

test('time is in proportion to length, whatever the text', () => {
  for (const text of ['{"a":' + '['.repeat(50_000), '{"' + '\\\\'.repeat(50_000), `{"a":"${'{'.repeat(100_000)}"}`, `{"a":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`]) {
    const start = performance.now();
    try { parse(text); } catch { /* of no interest here */ }
    expect(performance.now() - start).toBeLessThan(500);
  }
});
