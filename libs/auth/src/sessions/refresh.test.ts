import { inspect } from 'node:util';
import { manualClock, type DomainEvent, type LogFields, type Logger } from '@org/enterprise-kernel';
import { newKey, over } from '../contract/session-fixture.js';
import { keyRing } from '../crypto/key-ring.js';
import { memorySessionStore } from './memory-session-store.js';
import { refreshTokens } from './refresh-tokens.js';
import { RefreshTokenInvalid, RefreshTokenReused } from './sessions.errors.js';

const refused = async (promise: Promise<unknown>): Promise<any> => {
  const error = await promise.then((value) => { throw new Error(`fulfilled with ${inspect(value)}`); }, (thrown: unknown) => thrown);
  expect(RefreshTokenInvalid.is(error)).toBe(true);
  return error;
};

async function opened(options: Parameters<typeof over>[1] = {}) {
  const store = memorySessionStore();
  const made = over(store, options);
  return { store, ...made, ...(await made.all.open({ subject: 'ann' })) };
}

describe('a repeat', () => {
  test('gets the same bytes up to the end of the grace, any number of times', async () => {
    const { all, clock, refreshToken, reuses } = await opened();
    const { refreshToken: child } = await all.refresh(refreshToken);
    for (const seconds of [0, 4, 6]) {
      await clock.advance({ seconds });
      expect((await all.refresh(refreshToken)).refreshToken).toBe(child);
    }
    expect(reuses).toEqual([]);
    expect((await all.refresh(child)).refreshToken).not.toBe(child);
  });

  test('a millisecond after the grace revokes the session', async () => {
    const { all, clock, session, refreshToken, revoked } = await opened();
    const { refreshToken: child } = await all.refresh(refreshToken);
    await clock.advance({ seconds: 10, milliseconds: 1 });
    await refused(all.refresh(refreshToken));
    expect(revoked).toEqual([session.id]);
    await refused(all.refresh(child));
  });

  test('is not allowed with a grace of nothing, but for the same millisecond', async () => {
    const { all, clock, session, refreshToken, revoked } = await opened({ grace: { seconds: 0 } });
    await all.refresh(refreshToken);
    await clock.advance({ milliseconds: 1 });
    await refused(all.refresh(refreshToken));
    expect(revoked).toEqual([session.id]);
  });

  test('of any older generation revokes the session at once', async () => {
    for (const generation of [0, 1, 2]) {
      const { all, session, refreshToken, revoked, reuses } = await opened();
      const family = [refreshToken];
      for (let n = 0; n < 4; n++) family.push((await all.refresh(family.at(-1)!)).refreshToken);
      await refused(all.refresh(family[generation]!));
      expect(revoked).toEqual([session.id]);
      expect(reuses[0]!.generation).toBe(generation);
      await refused(all.refresh(family.at(-1)!));
    }
  });
});

test('thief and victim see the same as one who sends garbage, and the logs can tell', async () => {
  const { all, clock, refreshToken } = await opened();
  const { refreshToken: stolen } = await all.refresh(refreshToken);
  await clock.advance({ seconds: 11 });
  const reused = await refused(all.refresh(refreshToken));
  const errors = [reused, await refused(all.refresh(stolen)), await refused(all.refresh('garbage')), await refused(all.refresh(refreshTokens(keyRing([newKey('k1')])).first('0'.repeat(32)).text))];
  expect(new Set(errors.map((error) => JSON.stringify(error))).size).toBe(1);
  expect(RefreshTokenReused.is(reused.cause)).toBe(true);
  expect(reused.cause.details).toMatchObject({ subject: 'ann', generation: 0 });
  expect(errors.slice(1).map(({ cause }) => cause)).toEqual([undefined, undefined, undefined]);
});

test('garbage revokes nothing, however much it resembles a token', async () => {
  const { all, store, session, refreshToken, revoked, reuses } = await opened();
  const second = (await all.refresh(refreshToken)).refreshToken;
  const third = (await all.refresh(second)).refreshToken;
  const forged = refreshTokens(keyRing([newKey('k1')]));
  const unknown = refreshTokens(keyRing([newKey('other')]));
  const swap = (text: string, at: number): string => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  const garbage = [
    forged.first(session.id).text, unknown.first(session.id).text, forged.child(forged.read(refreshToken)!, { salt: 's', keyId: 'k1' })!.text,
    // Old tokens with one bit wrong, with a key that nobody knows, and with the generation of another.
    swap(refreshToken, refreshToken.length - 1), swap(refreshToken, 60), refreshToken.replace('.k1.', '.k2.'),
    `${second.slice(0, 34)}${refreshToken.slice(34)}`, refreshToken.slice(0, -1), `${refreshToken} `, refreshToken.toLowerCase(),
  ];
  for (const each of garbage) await refused(all.refresh(each));
  expect([revoked, reuses]).toEqual([[], []]);
  expect((await store.find(session.id))!.generation).toBe(2);
  await all.refresh(third);
});

test('garbage is recognised without the store, so that nobody can keep it busy', async () => {
  const store = memorySessionStore();
  const asked: PropertyKey[] = [];
  const watched = new Proxy(store, { get: (target, name: keyof typeof store) => { asked.push(name); return target[name]; } });
  const { all } = over(watched);
  const { refreshToken, session } = await all.open({ subject: 'ann' });
  const last = refreshToken.at(-1) === 'A' ? 'B' : 'A';
  asked.length = 0;
  for (const text of [`${refreshToken.slice(0, -1)}${last}`, refreshTokens(keyRing([newKey('k1')])).first(session.id).text, 'x']) await refused(all.refresh(text));
  expect(asked).toEqual([]);
});

test('a token of a state that a restored backup has forgotten is refused, and nothing is revoked', async () => {
  const { all, store, session, refreshToken, revoked } = await opened();
  const backup = (await store.find(session.id))!;
  const child = (await all.refresh(refreshToken)).refreshToken;
  await store.insert(backup);
  await refused(all.refresh(child));
  expect(revoked).toEqual([]);
  await all.refresh(refreshToken);
});

describe('a change of the keys', () => {
  const [k1, k2] = [newKey('k1'), newKey('k2')];
  async function changed(before = [k1], after = [k2, k1]) {
    const store = memorySessionStore();
    const clock = manualClock();
    const old = over(store, { keys: keyRing(before), clock });
    const next = over(store, { keys: keyRing(after), clock });
    return { store, clock, old: old.all, next: next.all, ...(await old.all.open({ subject: 'ann' })), reuses: [old.reuses, next.reuses] };
  }

  test('logs nobody out, and new tokens are made with the new key', async () => {
    const { next, refreshToken } = await changed();
    const { refreshToken: child } = await next.refresh(refreshToken);
    expect(child).toMatch(/^rt1\.k2\./);
    await next.refresh(child);
  });

  test('keeps the child of a repeat within the grace, whichever process has which keys', async () => {
    const { old, next, refreshToken, reuses } = await changed([k1, k2]);
    const first = await old.refresh(refreshToken);
    expect((await next.refresh(refreshToken)).refreshToken).toBe(first.refreshToken);
    const second = await next.refresh(first.refreshToken);
    expect((await old.refresh(first.refreshToken)).refreshToken).toBe(second.refreshToken);
    expect(reuses).toEqual([[], []]);
  });

  test('that drops a key logs nobody out either', async () => {
    const { next, refreshToken, session } = await changed([k1], [k2]);
    expect((await next.refresh((await next.refresh(refreshToken)).refreshToken)).session.id).toBe(session.id);
  });

  test('that drops a key makes a repeat fail for once, and revokes nothing', async () => {
    const { old, next, refreshToken, reuses } = await changed([k1], [k2]);
    const { refreshToken: child } = await old.refresh(refreshToken);
    await refused(next.refresh(refreshToken));
    await next.refresh(child);
    expect(reuses).toEqual([[], []]);
  });

  test('that drops a key still finds the reuse of the previous token, and cannot tell older ones from garbage', async () => {
    const { clock, store, old, next, refreshToken, session } = await changed([k1], [k2]);
    const { refreshToken: second } = await old.refresh(refreshToken);
    await next.refresh(second);
    await clock.advance({ seconds: 11 });
    await refused(next.refresh(refreshToken));
    expect(await store.find(session.id)).toBeDefined();
    await refused(next.refresh(second));
    expect(await store.find(session.id)).toBeUndefined();
  });
});

test('a reuse is an event, a hook and a line in the log, none of which has a secret in it', async () => {
  const events: DomainEvent[] = [];
  const lines: [string, LogFields | undefined][] = [];
  const write = (message: string, fields?: LogFields): void => void lines.push([message, fields]);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const { all, store, clock, session, refreshToken, revoked } = await opened({
    logger, events: { append: async (more) => void events.push(...more) }, onReuse: () => { throw new Error('hook'); },
  });
  const stored = await store.find(session.id);
  const child = await all.refresh(refreshToken, { address: '192.0.2.1' });
  await clock.advance({ seconds: 11 });
  const error = await refused(all.refresh(refreshToken, { address: '203.0.113.7' }));
  expect(events).toMatchObject([{
    type: 'session.token_reused', version: 1, key: session.id,
    payload: { session_id: session.id, subject: 'ann', session_name: 'Unknown device', generation: 0, current_generation: 1, address: '203.0.113.7', last_address: '192.0.2.1' },
  }]);
  expect(revoked).toEqual([session.id]);
  expect(lines.map(([message]) => message)).toEqual(['A refresh token was used again, and its session is revoked.', 'The hook for reused refresh tokens failed.']);
  const shown = inspect([events, lines, error], { depth: null }) + JSON.stringify([events, lines, error]);
  for (const secret of [refreshToken, child.refreshToken, stored!.secretHash, (await opened()).refreshToken].map((text) => text.slice(-30))) expect(shown).not.toContain(secret);
});
