import { uuidv7 } from '@org/enterprise-kernel';
import { newKey } from '../contract/session-fixture.js';
import type { RequestCredentials } from '../credentials.js';
import { keyRing } from '../crypto/key-ring.js';
import { csrf } from './csrf.js';
import { CsrfRejected } from './sessions.errors.js';

const keys = keyRing([newKey('k1')]);
const protection = csrf({ keys });
const session = uuidv7();

const request = (headers: Readonly<Record<string, string>> = {}, method = 'POST'): RequestCredentials =>
  ({ header: (name) => headers[name], method, path: '/orders', remoteAddress: '192.0.2.1' });

/** Why a request is refused; `undefined` if it passes. */
function reasonOf(headers: Readonly<Record<string, string>>, { method = 'POST', over = protection, id = session } = {}): string | undefined {
  try {
    over.check(request(headers, method), id);
    return undefined;
  } catch (error) {
    if (!CsrfRejected.is(error)) throw error;
    expect(error.message).not.toBe(CsrfRejected.title);
    const token = headers['x-csrf-token'] ?? '';
    if (token.length > 20) expect(JSON.stringify(error)).not.toContain(token);
    return error.details.reason;
  }
}

const sameOrigin = { 'sec-fetch-site': 'same-origin' };
const withToken = (headers: Readonly<Record<string, string>> = sameOrigin, token = protection.token(session)) => ({ ...headers, 'x-csrf-token': token });

describe('a request that changes something', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'get', ''])('as %j needs both the origin and the token', (method) => {
    expect(reasonOf(withToken(), { method })).toBeUndefined();
    expect(reasonOf(sameOrigin, { method })).toBe('token-missing');
    expect(reasonOf(withToken({}), { method })).toBe('origin-missing');
    expect(reasonOf(withToken({ 'sec-fetch-site': 'cross-site' }), { method })).toBe('cross-site');
  });

  test.each([
    [{ 'sec-fetch-site': 'same-origin' }, undefined],
    [{ 'sec-fetch-site': 'none' }, undefined],
    [{ 'sec-fetch-site': 'same-site' }, 'cross-site'],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://shop.example', host: 'shop.example' }, 'cross-site'],
    [{ 'sec-fetch-site': 'Same-Origin' }, 'cross-site'],
    [{ 'sec-fetch-site': 'same-origin, cross-site' }, 'cross-site'],
    [{ 'sec-fetch-site': '' }, 'cross-site'],
    // What browsers without Sec-Fetch-Site send, and those that are addressed without TLS.
    [{ origin: 'https://shop.example', host: 'shop.example' }, undefined],
    [{ origin: 'http://localhost:3000', host: 'localhost:3000' }, undefined],
    [{ origin: 'https://shop.example', host: 'SHOP.example' }, undefined],
    [{ origin: 'https://shop.example:8443', host: 'shop.example' }, 'origin-unknown'],
    [{ origin: 'https://evil.example', host: 'shop.example' }, 'origin-unknown'],
    [{ origin: 'https://shop.example.evil.example', host: 'shop.example' }, 'origin-unknown'],
    [{ origin: 'https://evil.example/?shop.example', host: 'shop.example' }, 'origin-unknown'],
    [{ origin: 'null', host: 'null' }, 'origin-unknown'],
    [{ origin: '', host: '' }, 'origin-unknown'],
    [{ origin: 'https://shop.example' }, 'origin-unknown'],
    [{ host: 'shop.example' }, 'origin-missing'],
    [{ host: 'shop.example', referer: 'https://shop.example/' }, 'origin-missing'],
  ])('with %j is answered %j', (headers, reason) => {
    expect(reasonOf(withToken(headers as Record<string, string>))).toBe(reason);
  });

  test('may come from a page of another origin that is named', () => {
    const over = csrf({ keys, origins: ['https://app.example', 'http://localhost:5173'] });
    for (const origin of ['https://app.example', 'http://localhost:5173']) {
      expect(reasonOf(withToken({ 'sec-fetch-site': 'cross-site', origin }), { over })).toBeUndefined();
      expect(reasonOf(withToken({ origin, host: 'api.example' }), { over })).toBeUndefined();
    }
    for (const origin of ['https://app.example.evil.example', 'http://app.example', 'https://app.example:444', 'null', 'https://APP.example/']) {
      expect(reasonOf(withToken({ 'sec-fetch-site': 'cross-site', origin }), { over })).toBe('cross-site');
    }
    expect(reasonOf(withToken({ origin: 'https://api.example', host: 'api.example' }), { over })).toBeUndefined();
  });
});

describe('the token', () => {
  test('is another text each time, and good for its session with any key of the ring', () => {
    const k2 = newKey('k2');
    const rotated = csrf({ keys: keyRing([k2, ...keys.all]) });
    const tokens = Array.from({ length: 20 }, () => protection.token(session));
    expect(new Set(tokens).size).toBe(20);
    for (const token of [...tokens, rotated.token(session)]) expect(reasonOf(withToken(sameOrigin, token), { over: rotated })).toBeUndefined();
    expect(reasonOf(withToken(sameOrigin, tokens[0]!), { over: csrf({ keys: keyRing([k2]) }) })).toBe('token-invalid');
  });

  test('of another session is refused', () => {
    expect(reasonOf(withToken(sameOrigin, protection.token(uuidv7())))).toBe('token-invalid');
    expect(reasonOf(withToken(), { id: uuidv7() })).toBe('token-invalid');
  });

  test('that was changed or made up is refused', () => {
    const token = protection.token(session);
    const parts = token.split('.');
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(reasonOf(withToken(sameOrigin, token.slice(0, at) + other + token.slice(at + 1)))).toBe('token-invalid');
    }
    const made = ['', '.', session, parts.slice(1).join('.'), `.${parts.slice(1).join('.')}`, `${token}.`, `${token}=`, ` ${token}`, token.slice(0, -1), `${token}, ${token}`, 'a'.repeat(100_000)];
    for (const each of made) expect(reasonOf(withToken(sameOrigin, each))).toBe('token-invalid');
  });

  test('does not move characters between its parts and the session', () => {
    const [random, ...rest] = protection.token(session).split('.');
    expect(reasonOf(withToken(sameOrigin, [random!.slice(1), ...rest].join('.')), { id: `${session}.${random![0]}` })).toBe('token-invalid');
  });
});

test('what changes nothing needs neither', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) expect(reasonOf({ 'sec-fetch-site': 'cross-site' }, { method })).toBeUndefined();
});

test('a WebSocket needs the origin, as browsers open one to any site with its cookies, and has no room for a token', () => {
  const upgrade = { upgrade: 'WebSocket', host: 'shop.example' };
  expect(reasonOf({ ...upgrade, origin: 'https://evil.example' }, { method: 'GET' })).toBe('origin-unknown');
  expect(reasonOf(upgrade, { method: 'GET' })).toBe('origin-missing');
  expect(reasonOf({ ...upgrade, origin: 'https://shop.example' }, { method: 'GET' })).toBeUndefined();
  expect(reasonOf({ ...upgrade, origin: 'https://shop.example' })).toBe('token-missing');
  expect(reasonOf({ upgrade: 'h2c' }, { method: 'GET' })).toBeUndefined();
});

test('a log-in without a session can ask for the origin alone', () => {
  expect(() => protection.checkOrigin(request({ 'sec-fetch-site': 'same-origin' }))).not.toThrow();
  expect(() => protection.checkOrigin(request({ 'sec-fetch-site': 'cross-site' }))).toThrow(expect.objectContaining({ code: 'CSRF_REJECTED', kind: 'forbidden' }));
});

test('an origin that is none is refused at once', () => {
  for (const origin of ['app.example', 'https://app.example/', 'https://app.example/path', '*', 'null', 'https://*.example', 'HTTPS://app.example', 'https://app.example:443', '']) {
    expect(() => csrf({ keys, origins: [origin] })).toThrow(TypeError);
  }
});
