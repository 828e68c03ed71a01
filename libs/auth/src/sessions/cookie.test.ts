import { inspect } from 'node:util';
import { anonymous, manualClock, type Caller } from '@org/enterprise-kernel';
import { codeOf, newKey } from '../contract/session-fixture.js';
import type { RequestCredentials } from '../credentials.js';
import { keyRing } from '../crypto/key-ring.js';
import type { Revocations } from '../revocations.js';
import { cookieSessions, type CookieSessionsOptions } from './cookie.js';
import { sessions } from './create-sessions.js';
import { memoryRevocations } from './memory-revocations.js';
import { memorySessionStore } from './memory-session-store.js';
import { RevocationsStale } from './sessions.errors.js';

function opened(options: Partial<CookieSessionsOptions> = {}) {
  const clock = manualClock();
  const revocations = memoryRevocations({ clock });
  const store = memorySessionStore();
  const keys = keyRing([newKey('k1')]);
  const all = sessions({ store, keys, revocations, clock });
  const asked: string[] = [];
  const callerOf = ({ subject }: { readonly subject: string }): Caller => {
    asked.push(subject);
    return { id: subject, kind: 'user', roles: ['user'], permissions: new Set() };
  };
  const browser = cookieSessions({ sessions: all, keys, revocations, callerOf, clock, ...options });
  return { clock, revocations, store, all, browser, asked };
}

const cookieOf = (setCookie: string): string => setCookie.slice(0, setCookie.indexOf(';'));

function request(cookie: string | undefined, headers: Readonly<Record<string, string>> = {}, method = 'GET'): RequestCredentials {
  const all: Record<string, string | undefined> = { cookie, ...headers };
  return { header: (name) => all[name], method, path: '/me', remoteAddress: '192.0.2.1' };
}

/** What a request proves, as an authenticator finds out. */
async function callerOf({ browser: { scheme } }: ReturnType<typeof opened>, of: RequestCredentials): Promise<Caller | undefined> {
  const secret = scheme.read(of);
  return secret === undefined ? undefined : scheme.verify(secret, of);
}

test('a log-in sets a cookie that proves whose it is', async () => {
  const made = opened();
  const { session, setCookie, csrfToken } = await made.browser.open({ subject: 'ann', userAgent: 'Firefox on X11; Linux' });
  expect(setCookie).toMatch(/^__Host-session=[\w-]{64}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=7776000$/);
  expect(await callerOf(made, request(`theme=dark; ${cookieOf(setCookie)}`))).toEqual({ id: 'ann', kind: 'user', roles: ['user'], permissions: new Set(), via: 'session', sessionId: session.id });
  expect(csrfToken).not.toContain(session.id);
  expect((await made.browser.open({ subject: 'ann', persistent: false })).setCookie).not.toContain('Max-Age');
  expect(made.browser.clearCookie).toBe('__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0');
  expect(made.browser.scheme).toMatchObject({ name: 'session', securityScheme: { type: 'apiKey', in: 'cookie', name: '__Host-session' } });
});

test('without a cookie there is no credential, and one that proves nothing is nobody, so that its browser can log in again', async () => {
  const made = opened();
  const { session, setCookie } = await made.browser.open({ subject: 'ann' });
  const cookie = cookieOf(setCookie);
  expect(await callerOf(made, request(undefined))).toBeUndefined();
  expect(await callerOf(made, request('theme=dark'))).toBeUndefined();
  await made.all.revoke('ann', session.id);
  for (const wrong of [cookie, '__Host-session=', '__Host-session=x', `${cookie.slice(0, -1)}*`, `${cookie}A`, '__Host-session=__proto__']) expect(await callerOf(made, request(wrong, {}, 'POST'))).toBe(anonymous);
});

test('a service may refuse what proves nothing instead', async () => {
  const made = opened({ invalid: 'refused' });
  expect(await codeOf(callerOf(made, request('__Host-session=x')))).toBe('SESSION_REVOKED');
});

test('two cookies of the name are refused, as one was put there by somebody else', async () => {
  const made = opened();
  const cookies = await Promise.all(['ann', 'mallory'].map(async (subject) => cookieOf((await made.browser.open({ subject })).setCookie)));
  for (const both of [cookies.join('; '), cookies.toReversed().join('; '), `${cookies[0]}; ${cookies[0]}`, `${cookies[0]}; __Host-session=`]) {
    expect(await codeOf(callerOf(made, request(both)))).toBe('SESSION_REVOKED');
  }
});

test('what changes something needs the token, from the cache as from the store', async () => {
  const made = opened();
  const { setCookie, csrfToken, session } = await made.browser.open({ subject: 'ann' });
  const cookie = cookieOf(setCookie);
  for (let n = 0; n < 2; n++) {
    expect(await codeOf(callerOf(made, request(cookie, { 'sec-fetch-site': 'cross-site', 'x-csrf-token': csrfToken }, 'POST')))).toBe('CSRF_REJECTED');
    expect(await codeOf((async () => callerOf(made, request(cookie, { 'sec-fetch-site': 'same-origin' }, 'POST')))())).toBe('CSRF_REJECTED');
    for (const token of [csrfToken, made.browser.csrf.token(session.id)]) {
      expect(await callerOf(made, request(cookie, { 'sec-fetch-site': 'same-origin', 'x-csrf-token': token }, 'POST'))).toMatchObject({ id: 'ann' });
    }
  }
  const other = await made.browser.open({ subject: 'mallory' });
  expect(await codeOf((async () => callerOf(made, request(cookie, { 'sec-fetch-site': 'same-origin', 'x-csrf-token': other.csrfToken }, 'POST')))())).toBe('CSRF_REJECTED');
});

describe('the cache', () => {
  test('answers at once for half a minute, and then asks the store', async () => {
    const made = opened();
    const of = request(cookieOf((await made.browser.open({ subject: 'ann' })).setCookie));
    const secret = made.browser.scheme.read(of)!;
    await made.browser.scheme.verify(secret, of);
    expect(made.browser.scheme.verify(secret, of)).not.toBeInstanceOf(Promise);
    await made.clock.advance({ seconds: 29 });
    await callerOf(made, of);
    expect(made.asked).toEqual(['ann']);
    await made.clock.advance({ seconds: 1 });
    await callerOf(made, of);
    expect(made.asked).toEqual(['ann', 'ann']);
  });

  test('forgets at once what is revoked, and who has changed', async () => {
    const made = opened();
    const [one, two] = await Promise.all([made.browser.open({ subject: 'ann' }), made.browser.open({ subject: 'ann' })]);
    const [first, second] = [one, two].map(({ setCookie }) => request(cookieOf(setCookie))) as [RequestCredentials, RequestCredentials];
    for (const each of [first, second]) await callerOf(made, each);
    await made.all.revoke('ann', one.session.id);
    expect(await callerOf(made, first)).toBe(anonymous);
    expect(await callerOf(made, second)).toMatchObject({ id: 'ann' });
    expect(made.asked).toHaveLength(2);
    await made.revocations.publish([{ id: 'ann', kind: 'changed', until: made.clock.now() }]);
    await callerOf(made, second);
    expect(made.asked).toHaveLength(3);
  });

  test('does not keep what was read while it changed', async () => {
    let release!: () => void;
    let roles = ['admin'];
    const waiting = new Promise<void>((resolve) => { release = resolve; });
    const made = opened({ callerOf: async ({ subject }) => { const was = roles; await waiting; return { id: subject, kind: 'user', roles: was, permissions: new Set() }; } });
    const of = request(cookieOf((await made.browser.open({ subject: 'ann' })).setCookie));
    const reading = callerOf(made, of);
    await new Promise((resolve) => setImmediate(resolve));
    roles = [];
    await made.revocations.publish([{ id: 'ann', kind: 'changed', until: made.clock.now() }]);
    release();
    expect((await reading)!.roles).toEqual(['admin']);
    expect((await callerOf(made, of))!.roles).toEqual([]);
  });

  test('asks the store where nobody can tell what is revoked', async () => {
    let stale = false;
    const clock = manualClock();
    const inner = memoryRevocations({ clock });
    const revocations: Revocations = { ...inner, isRevoked: (id) => { if (stale) throw new RevocationsStale(); return inner.isRevoked(id); } };
    const made = opened({ revocations });
    const { setCookie, session } = await made.browser.open({ subject: 'ann' });
    const of = request(cookieOf(setCookie));
    await callerOf(made, of);
    stale = true;
    expect(await callerOf(made, of)).toMatchObject({ id: 'ann' });
    expect(made.asked).toHaveLength(2);
    await made.store.remove(session.id);
    expect(await callerOf(made, of)).toBe(anonymous);
  });

  test('lasts no longer than the session, and knows no more sessions than it may', async () => {
    const made = opened({ maxCached: 2, cacheFor: { days: 365 } });
    const all = await Promise.all(['a', 'b', 'c'].map(async (subject) => request(cookieOf((await made.browser.open({ subject })).setCookie))));
    for (const each of all) await callerOf(made, each);
    for (const each of [all[2]!, all[1]!, all[0]!]) await callerOf(made, each);
    expect(made.asked).toEqual(['a', 'b', 'c', 'a']);
    await made.clock.advance({ days: 30 });
    expect(await callerOf(made, all[0]!)).toBe(anonymous);
  });

  test('shows no cookie to whoever prints it, and hears nothing more once disposed', async () => {
    const made = opened();
    const { setCookie } = await made.browser.open({ subject: 'ann' });
    const of = request(cookieOf(setCookie));
    await callerOf(made, of);
    expect(inspect([made.browser, made.store], { depth: null, showHidden: true })).not.toContain(made.browser.scheme.read(of)!.slice(-40));
    made.browser[Symbol.dispose]();
    await callerOf(made, of);
    expect(made.asked).toHaveLength(2);
  });
});

test('a session whose user is gone is nobody, and a failure of the store is no log-out', async () => {
  expect(await (async () => {
    const made = opened({ callerOf: () => undefined });
    return callerOf(made, request(cookieOf((await made.browser.open({ subject: 'ann' })).setCookie)));
  })()).toBe(anonymous);
  const made = opened({ callerOf: () => { throw new Error('the store is gone'); } });
  const of = request(cookieOf((await made.browser.open({ subject: 'ann' })).setCookie));
  await expect(callerOf(made, of)).rejects.toThrow('the store is gone');
});

test('a name that browsers would not keep to the host is refused', () => {
  for (const name of ['session', '__Secure-session', '__host-session', '__Host-', '__Host-a;b', '__Host-a b']) expect(() => opened({ name })).toThrow('__Host-');
  expect(opened({ name: '__Host-shop' }).browser.clearCookie).toMatch(/^__Host-shop=;/);
});
