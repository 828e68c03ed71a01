import { inspect } from 'node:util';
import { keyRing } from './key-ring.js';

const base64 = (fill: number, length = 32): string => Buffer.alloc(length, fill).toString('base64');
const caught = (body: () => unknown): Error => {
  try { body(); } catch (error) { return error as Error; }
  throw new Error('nothing was thrown');
};

test('the first key is the current one, and every key is found by its id', () => {
  const ring = keyRing(`2026-b:${base64(2)},2026_a:${base64(1, 64)}`);
  expect(ring.current.id).toBe('2026-b');
  expect(ring.all.map(({ id, bytes }) => [id, bytes.length, bytes[0]])).toEqual([['2026-b', 32, 2], ['2026_a', 64, 1]]);
  expect(ring.find('2026_a')).toBe(ring.all[1]);
  expect(ring.find('2025')).toBeUndefined();
  expect(ring.find('__proto__')).toBeUndefined();
});

test('space and line ends around keys do not matter, as files end with one', () => {
  expect(keyRing(` a:${base64(1)} ,\n b:${base64(2)}\n`).all.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a ring is its own: what it was made of can be overwritten', () => {
  const bytes = Buffer.alloc(32, 7);
  const ring = keyRing([{ id: 'a', bytes }]);
  bytes.fill(0);
  expect(ring.current.bytes[0]).toBe(7);
  expect(() => (ring.all as unknown[]).pop()).toThrow(TypeError);
});

const a = { id: 'a', bytes: Buffer.alloc(32, 1) };
test.each([
  [[], 'A key ring needs at least one key.'],
  ['', 'Key 1 of the ring does not have the form id:base64.'],
  [`a:${base64(1)},`, 'Key 2 of the ring does not have the form id:base64.'],
  [base64(1), 'Key 1 of the ring does not have the form id:base64.'],
  [`a:b:${base64(1)}`, 'Key 1 of the ring does not have the form id:base64.'],
  [`:${base64(1)}`, 'Key 1 of the ring needs an id of 1 to 32 letters, digits, "-" and "_".'],
  [`${'a'.repeat(33)}:${base64(1)}`, 'Key 1 of the ring needs an id of 1 to 32 letters, digits, "-" and "_".'],
  [`a.b:${base64(1)}`, 'Key 1 of the ring needs an id of 1 to 32 letters, digits, "-" and "_".'],
  [`a:${base64(1)},b:${base64(2, 31)}`, 'Key 2 of the ring has 31 bytes; it needs at least 32.'],
  [`a:${base64(1)},b:${base64(2)},a:${base64(3)}`, 'Key 3 of the ring has the id of key 1.'],
  [`a:${base64(1).replace('=', '')}`, 'Key 1 of the ring is not base64 with its padding.'],
  [`a:${base64(251).replaceAll('+', '-')}`, 'Key 1 of the ring is not base64 with its padding.'],
  [`a:${base64(1).slice(0, 4)} ${base64(1).slice(4)}`, 'Key 1 of the ring is not base64 with its padding.'],
  [`a:${base64(1).replace('E=', 'F=')}`, 'Key 1 of the ring is not base64 with its padding.'],
  [`a:${'!'.repeat(44)}`, 'Key 1 of the ring is not base64 with its padding.'],
  [[a, { id: 'b', bytes: new Uint8Array(31) }], 'Key 2 of the ring has 31 bytes; it needs at least 32.'],
  [[a, { id: 'b', bytes: base64(1) as never }], 'Key 2 of the ring needs its bytes as a Uint8Array.'],
  [[{ id: 7 as never, bytes: a.bytes }], 'Key 1 of the ring needs an id of 1 to 32 letters, digits, "-" and "_".'],
  [[a, a], 'Key 2 of the ring has the id of key 1.'],
])('%j is no ring', (keys, message) => {
  expect(caught(() => keyRing(keys))).toEqual(new TypeError(message));
});

test('neither a ring nor a key shows its bytes, however it is looked at', () => {
  const secret = Buffer.from('correct horse battery staple 32!');
  const ring = keyRing([{ id: 'k1', bytes: secret }, { id: 'k2', bytes: Buffer.alloc(32, 9) }]);
  const traces = [secret.toString('base64'), secret.toString('hex'), 'horse', `${secret[0]}, ${secret[1]}`, `${secret[0]},${secret[1]}`, secret.toString('hex').match(/../g)!.slice(0, 4).join(' ')];
  const views = [ring, { ring }, ring.current, { nested: [ring.current] }].flatMap((value) => [
    inspect(value), inspect(value, { showHidden: true, depth: Infinity, getters: true }), JSON.stringify(value), JSON.stringify(structuredClone({ ...value })),
  ]);
  for (const view of views) for (const trace of traces) expect(view).not.toContain(trace);
  expect(inspect(ring)).toBe('KeyRing(k1, k2)');
  expect(JSON.stringify(ring)).toBe('{"keys":["k1","k2"]}');
  expect(JSON.stringify(ring.current)).toBe('{"id":"k1"}');
});

test('an error shows nothing of a key, even where the secret was taken for the id', () => {
  const secret = base64(77);
  for (const text of [`${secret}:k1`, `a:${secret}:`, `a:${secret}x`, `a:${base64(1)},${secret}`, `a:${secret.slice(0, 20)}`]) {
    const error = caught(() => keyRing(text));
    expect(inspect(error)).not.toContain(secret.slice(0, 8));
    expect(error.cause).toBeUndefined();
  }
});
