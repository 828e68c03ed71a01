import type { VerifiedToken } from './token-rules.js';
import { VerifiedTokens } from './verified-tokens.js';

const known = (subject: string, sessionId?: string) =>
  ({ verified: { subject, expiresAt: 0, claims: {}, ...(sessionId !== undefined && { sessionId }) } satisfies VerifiedToken, until: Infinity });

test('never more tokens are remembered than allowed, and those in use stay', () => {
  const tokens = new VerifiedTokens(100);
  tokens.add('hot', known('u'));
  for (let i = 0; i < 1000; i++) {
    tokens.add(`t${i}`, known(`u${i}`));
    expect(tokens.size).toBeLessThanOrEqual(100);
    expect(tokens.get('hot')).toBeDefined();
  }
  expect(tokens.get('t0')).toBeUndefined();
  expect(tokens.get('t999')).toBeDefined();
});

test('forgetting a session or a subject forgets their tokens and no others', () => {
  const tokens = new VerifiedTokens(100);
  tokens.add('a', known('u1', 's1'));
  tokens.add('b', known('u1', 's2'));
  tokens.add('c', known('u2', 's3'));
  tokens.forget('s1');
  expect(['a', 'b', 'c'].map((token) => tokens.get(token) !== undefined)).toEqual([false, true, true]);
  tokens.forget('u1');
  expect(['a', 'b', 'c'].map((token) => tokens.get(token) !== undefined)).toEqual([false, false, true]);
  tokens.add('d', known('u1', 's1'));
  expect(tokens.get('d')).toBeDefined();
});

test('a subject is forgotten in whichever generation its tokens are', () => {
  for (let others = 0; others < 12; others++) {
    const tokens = new VerifiedTokens(8);
    tokens.add('a', known('u', 's'));
    for (let i = 0; i < others; i++) tokens.add(`x${i}`, known(`x${i}`));
    tokens.get('a');
    tokens.add('b', known('u', 's2'));
    for (let i = 0; i < others % 4; i++) tokens.add(`y${i}`, known(`y${i}`));
    tokens.forget('u');
    expect([tokens.get('a'), tokens.get('b')]).toEqual([undefined, undefined]);
  }
});

test('a token that was forgotten does not keep a later one of its owner from being remembered', () => {
  const tokens = new VerifiedTokens(4);
  tokens.add('a', known('u'));
  tokens.add('b', known('v'));
  tokens.add('c', known('w')); // now a is of the old generation
  tokens.forget('u');
  expect(tokens.get('a')).toBeUndefined();
  tokens.add('d', known('u'));
  expect(tokens.get('d')).toBeDefined();
  expect(tokens.get('a')).toBeUndefined();
});

test('a session that has the id of its subject is forgotten like any other', () => {
  const tokens = new VerifiedTokens(4);
  tokens.add('a', known('u', 'u'));
  tokens.add('b', known('u'));
  tokens.forget('u');
  expect([tokens.get('a'), tokens.get('b')]).toEqual([undefined, undefined]);
});

test('what goes leaves nothing behind', () => {
  const tokens = new VerifiedTokens(10);
  for (let i = 0; i < 100; i++) tokens.add(`t${i}`, known(`u${i}`, `s${i}`));
  tokens.clear();
  expect(tokens.size).toBe(0);
});
