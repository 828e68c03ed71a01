import { uuidv7 } from '@org/enterprise-kernel';
import { keyRing } from '../crypto/key-ring.js';
import { newKey } from '../contract/session-fixture.js';
import { refreshTokens } from './refresh-tokens.js';

const key = newKey('k1');
const tokens = refreshTokens(keyRing([key]));
const sessionId = uuidv7();
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('a token says whose it is and which one, and that it was made here', () => {
  const { text, generation, hash } = tokens.first(sessionId);
  expect(text).toMatch(/^rt1\.k1\.[\w-]{112}$/);
  expect(tokens.read(text)).toMatchObject({ sessionId, generation, hash, genuine: true });
  expect(generation).toBe(0);
});

test('every first token has a secret of its own', () => {
  expect(new Set(Array.from({ length: 100 }, () => tokens.first(sessionId).hash)).size).toBe(100);
});

test('a change of any one character is noticed', () => {
  const { text } = tokens.first(sessionId);
  for (let at = 0; at < text.length; at++) {
    const other = letters[(letters.indexOf(text[at]!) + 1) % letters.length]!;
    const read = tokens.read(text.slice(0, at) + other + text.slice(at + 1));
    expect(read?.genuine ?? 'unknown').toBe(at >= 7 ? false : 'unknown');
  }
});

test('a token that is cut off, lengthened or written otherwise is none', () => {
  const { text } = tokens.first(sessionId);
  for (let length = 0; length < text.length; length++) expect(tokens.read(text.slice(0, length))).toBeUndefined();
  const others = [`${text}A`, `${text}=`, ` ${text}`, `${text}\n`, text.replace('rt1', 'rt2'), text.replace('.k1.', '..'), text.replace('.k1.', `.${'k'.repeat(33)}.`), text.replaceAll('.', ':'), '', 'rt1', '\0', 'a'.repeat(100_000)];
  for (const other of others) expect(tokens.read(other)).toBeUndefined();
});

test('only a ring with the key can tell whether a token is genuine', () => {
  const { text } = tokens.first(sessionId);
  expect(refreshTokens(keyRing([newKey('k2'), key])).read(text)!.genuine).toBe(true);
  expect(refreshTokens(keyRing([newKey('k1')])).read(text)!.genuine).toBe(false);
  expect(refreshTokens(keyRing([newKey('k2')])).read(text)!.genuine).toBeUndefined();
});

test('a child follows from its parent, the salt and the key, and from no two of them', () => {
  const parent = tokens.read(tokens.first(sessionId).text)!;
  const derivation = { salt: 'salt', keyId: 'k1' };
  const child = tokens.child(parent, derivation)!;
  expect(tokens.child(parent, derivation)).toEqual(child);
  expect(refreshTokens(keyRing([newKey('k2'), key])).child(parent, derivation)).toEqual(child);
  expect(tokens.read(child.text)).toMatchObject({ sessionId, generation: 1, hash: child.hash, genuine: true });
  const others = [
    tokens.child(parent, { ...derivation, salt: 'tlas' }), tokens.child({ ...parent, secret: Buffer.alloc(32) }, derivation), tokens.child({ ...parent, sessionId: uuidv7() }, derivation),
    tokens.child({ ...parent, generation: 1 }, derivation), refreshTokens(keyRing([newKey('k1')])).child(parent, derivation),
  ];
  expect(new Set([child, ...others].map((each) => each!.hash)).size).toBe(6);
  expect(tokens.child(parent, { salt: 'salt', keyId: 'k2' })).toBeUndefined();
});
