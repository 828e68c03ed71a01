import { isUuid, manualClock } from '@org/enterprise-kernel';
import { codeOf, newKey, over } from '../contract/session-fixture.js';
import { keyRing } from '../crypto/key-ring.js';
import { memoryRevocations } from './memory-revocations.js';
import { memorySessionStore } from './memory-session-store.js';
import { sessions } from './create-sessions.js';
import type { Session } from './session.js';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0';

describe('a log-in', () => {
  test('makes a session of its own with a name to recognise it by', async () => {
    const { all, clock } = over(memorySessionStore());
    const now = clock.now();
    const { session } = await all.open({ subject: 'ann', userAgent: firefox, address: '192.0.2.1' });
    expect(isUuid(session.id)).toBe(true);
    expect(session).toEqual({
      id: session.id, subject: 'ann', name: 'Firefox on Linux', userAgent: firefox, address: '192.0.2.1', createdAt: new Date(now), lastUsedAt: new Date(now),
      expiresAt: new Date(now + 30 * 86_400_000), endsAt: new Date(now + 90 * 86_400_000),
    });
  });

  test('takes nothing over from before it, so that nobody can fix a session for somebody else', async () => {
    const { all } = over(memorySessionStore());
    const attacker = await all.open({ subject: 'mallory' });
    const planted = await all.openForCookie({ subject: 'mallory' });
    const victim = await all.openForCookie({ subject: 'ann', replaces: planted.session.id });
    expect(victim.session.id).not.toBe(planted.session.id);
    expect(victim.secret).not.toBe(planted.secret);
    expect(await codeOf(all.verifyCookie(planted.secret))).toBe('SESSION_REVOKED');
    expect((await all.verifyCookie(victim.secret)).subject).toBe('ann');
    expect((await all.refresh(attacker.refreshToken)).session.subject).toBe('mallory');
  });

  test('over a log-in leaves one session, and what names none replaces none', async () => {
    const { all, revoked } = over(memorySessionStore());
    const { session: before } = await all.open({ subject: 'ann' });
    const { session: after } = await all.open({ subject: 'ann', replaces: before.id });
    for (const replaces of [undefined, '', 'x', before.id]) await all.open({ subject: 'bob', replaces });
    expect((await all.list('ann')).map(({ id }) => id)).toEqual([after.id]);
    expect(revoked).toEqual([before.id]);
  });

  test('shows what comes from outside on one short line', async () => {
    const { all } = over(memorySessionStore());
    const { session } = await all.open({ subject: 'ann', name: ` my\n\u202ephone\0 ${'😀'.repeat(200)}`, userAgent: `a\r\nb${'x'.repeat(1_000)}`, address: 'z'.repeat(1_000) });
    expect(session.name).toBe(`my phone ${'😀'.repeat(90)}`);
    expect(session.userAgent).toBe(`a b${'x'.repeat(253)}`);
    expect(session.address).toHaveLength(64);
  });

  test.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0', 'Edge on Windows'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', 'Safari on iPhone'],
    ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari on macOS'],
    ['curl/8.7.1', 'Unknown device'], [undefined, 'Unknown device'],
  ])('from %s is called %s', async (userAgent, name) => {
    expect((await over(memorySessionStore()).all.open({ subject: 'ann', userAgent, name: ' ' })).session.name).toBe(name);
  });
});

describe('a session', () => {
  test('ends when it is not used for too long', async () => {
    const { all, clock, reuses } = over(memorySessionStore(), { lifetimes: { idle: { days: 2 } } });
    let { refreshToken } = await all.open({ subject: 'ann' });
    for (let n = 0; n < 5; n++) {
      await clock.advance({ days: 1, hours: 23 });
      ({ refreshToken } = await all.refresh(refreshToken));
    }
    await clock.advance({ days: 2 });
    expect(await codeOf(all.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await all.list('ann')).toEqual([]);
    expect(reuses).toEqual([]);
  });

  test('ends after its longest life, however much it is used', async () => {
    const { all, clock } = over(memorySessionStore(), { lifetimes: { idle: { days: 2 }, absolute: { days: 3 } } });
    let { session, refreshToken } = await all.open({ subject: 'ann' });
    const { endsAt } = session;
    for (const hours of [24, 24, 23]) {
      await clock.advance({ hours });
      ({ session, refreshToken } = await all.refresh(refreshToken));
    }
    expect([session.expiresAt, session.endsAt]).toEqual([endsAt, endsAt]);
    await clock.advance({ hours: 1 });
    expect(await codeOf(all.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
  });

  test('that has expired is not revoked by an old token, and is deleted in time', async () => {
    const store = memorySessionStore();
    const { all, clock, revoked } = over(store, { lifetimes: { idle: { minutes: 5 } } });
    const { session, refreshToken } = await all.open({ subject: 'ann' });
    await all.refresh(refreshToken);
    await clock.advance({ minutes: 6 });
    expect(await codeOf(all.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await store.find(session.id)).toBeDefined();
    await clock.advance({ minutes: 5 });
    await all.open({ subject: 'bob' });
    await clock.advance({ milliseconds: 1 });
    expect(await store.find(session.id)).toBeUndefined();
    expect(revoked).toEqual([]);
  });

  test('proved by a cookie notes its use about once a minute', async () => {
    const store = memorySessionStore();
    const { all, clock } = over(store);
    const { session, secret } = await all.openForCookie({ subject: 'ann', address: '192.0.2.1' });
    await clock.advance({ seconds: 59 });
    expect(await all.verifyCookie(secret, { address: '192.0.2.2' })).toEqual(session);
    await clock.advance({ seconds: 1 });
    const used = await all.verifyCookie(secret, { address: '192.0.2.2' });
    expect(used).toEqual({ ...session, address: '192.0.2.2', lastUsedAt: new Date(clock.now()), expiresAt: new Date(session.expiresAt.getTime() + 60_000) });
    expect(await store.find(session.id)).toMatchObject({ ...used });
  });

  test('of a cookie ends like any other', async () => {
    const { all, clock } = over(memorySessionStore(), { lifetimes: { idle: { minutes: 10 }, absolute: { minutes: 25 } } });
    const { secret } = await all.openForCookie({ subject: 'ann' });
    for (let n = 0; n < 2; n++) {
      await clock.advance({ minutes: 9 });
      await all.verifyCookie(secret);
    }
    await clock.advance({ minutes: 7 });
    expect(await codeOf(all.verifyCookie(secret))).toBe('SESSION_REVOKED');
    const { secret: other } = await all.openForCookie({ subject: 'ann' });
    await clock.advance({ minutes: 10 });
    expect(await codeOf(all.verifyCookie(other))).toBe('SESSION_REVOKED');
  });

  test('is proved by its own kind of secret alone', async () => {
    const store = memorySessionStore();
    const { all } = over(store);
    const { session, refreshToken } = await all.open({ subject: 'ann' });
    const cookie = await all.openForCookie({ subject: 'ann' });
    const { secretHash } = (await store.find(session.id))!;
    const inside = Buffer.from(refreshToken.split('.')[2]!, 'base64url');
    const asCookie = Buffer.concat([inside.subarray(0, 16), inside.subarray(20, 52)]).toString('base64url');
    for (const text of [refreshToken, asCookie, secretHash, cookie.secret.slice(1), `${cookie.secret.slice(0, -1)}*`, '', 'x'.repeat(64), `${cookie.secret.slice(0, 63)}${cookie.secret.endsWith('A') ? 'B' : 'A'}`]) {
      expect(await codeOf(all.verifyCookie(text))).toBe('SESSION_REVOKED');
    }
    expect(await codeOf(all.refresh(cookie.secret))).toBe('REFRESH_TOKEN_INVALID');
  });
});

describe('a subject', () => {
  const names = (listed: readonly Session[]): string[] => listed.map(({ name }) => name);

  test('sees its sessions, and which one it looks from', async () => {
    const { all, clock } = over(memorySessionStore());
    const { session: phone } = await all.open({ subject: 'ann', name: 'phone' });
    await clock.advance({ seconds: 1 });
    await all.open({ subject: 'ann', name: 'desk' });
    await all.open({ subject: 'bob', name: 'other' });
    const listed = await all.list('ann', { current: phone.id });
    expect(listed.map(({ name, current }) => [name, current])).toEqual([['desk', false], ['phone', true]]);
    expect(names(await all.list('nobody'))).toEqual([]);
  });

  test('sees nothing secret in it', async () => {
    const store = memorySessionStore();
    const { all } = over(store);
    const { session, refreshToken } = await all.open({ subject: 'ann' });
    const refreshed = await all.refresh(refreshToken);
    const fields = ['address', 'createdAt', 'endsAt', 'expiresAt', 'id', 'lastUsedAt', 'name', 'subject', 'userAgent'];
    for (const shown of [session, refreshed.session, (await all.openForCookie({ subject: 'ann' })).session]) expect(Object.keys(shown).sort()).toEqual(fields);
    for (const shown of await all.list('ann')) expect(Object.keys(shown).sort()).toEqual([...fields, 'current'].sort());
    const stored = JSON.stringify(await store.find(session.id));
    for (const token of [refreshToken, refreshed.refreshToken]) {
      const secret = Buffer.from(token.split('.')[2]!, 'base64url').subarray(20, 52);
      for (const text of [token, token.split('.')[2]!, secret.toString('base64url'), secret.toString('hex'), secret.toString('base64')]) expect(stored).not.toContain(text);
    }
  });

  test('renames and ends its own sessions, and no others', async () => {
    const { all, revoked } = over(memorySessionStore());
    const { session } = await all.open({ subject: 'ann' });
    for (const [subject, id] of [['bob', session.id], ['ann', 'x'], ['ann', ''], ['ann', '00000000-0000-4000-8000-000000000000']] as const) {
      expect(await codeOf(all.rename(subject, id, 'mine'))).toBe('SESSION_NOT_FOUND');
      expect(await codeOf(all.revoke(subject, id))).toBe('SESSION_NOT_FOUND');
    }
    await all.rename('ann', session.id, ' Work\tlaptop ');
    expect(names(await all.list('ann'))).toEqual(['Work laptop']);
    await all.revoke('ann', session.id);
    expect(await codeOf(all.revoke('ann', session.id))).toBe('SESSION_NOT_FOUND');
    expect(await all.list('ann')).toEqual([]);
    expect(revoked).toEqual([session.id]);
  });

  test('ends all its sessions but the one it uses', async () => {
    const { all, revoked } = over(memorySessionStore());
    const [one, two, three] = await Promise.all([all.open({ subject: 'ann' }), all.open({ subject: 'ann' }), all.open({ subject: 'ann' })]);
    await all.open({ subject: 'bob' });
    expect(await all.revokeAll('ann', { except: two.session.id })).toBe(2);
    expect([...revoked].sort()).toEqual([one.session.id, three.session.id].sort());
    expect(await codeOf(all.refresh(one.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    const { refreshToken } = await all.refresh(two.refreshToken);
    expect(await all.revokeAll('ann', { except: 'x' })).toBe(1);
    expect(await codeOf(all.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await all.revokeAll('ann')).toBe(0);
    expect(await all.list('bob')).toHaveLength(1);
  });

  test('has at most fifty sessions at once', async () => {
    const { all, revoked } = over(memorySessionStore());
    const first = await all.open({ subject: 'ann' });
    for (let n = 0; n < 50; n++) await all.open({ subject: 'ann' });
    expect(await all.list('ann')).toHaveLength(50);
    expect(revoked).toEqual([first.session.id]);
  });
});

test('a revocation is remembered until the last access token of the session has expired, and a minute more', async () => {
  const clock = manualClock();
  const revocations = memoryRevocations({ clock });
  const all = sessions({ store: memorySessionStore(), keys: keyRing([newKey('k1')]), revocations, clock, lifetimes: { accessToken: { minutes: 15 } } });
  const { session } = await all.open({ subject: 'ann' });
  expect(revocations.isRevoked(session.id)).toBe(false);
  await all.revoke('ann', session.id);
  await clock.advance({ minutes: 15, seconds: 59 });
  expect(revocations.isRevoked(session.id)).toBe(true);
  await clock.advance({ seconds: 1 });
  expect(revocations.isRevoked(session.id)).toBe(false);
});

test('a number of sessions that is none is refused at once', () => {
  for (const maxPerSubject of [0, -1, 1.5, NaN]) expect(() => over(memorySessionStore(), { maxPerSubject })).toThrow('maxPerSubject');
});
