import { manualClock, noopLogger } from '@org/enterprise-kernel';
import type { Database } from '@org/enterprise-persistence';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { sql } from 'drizzle-orm';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { passwordSchema } from '../../test/password-schema.js';
import { attemptStoreContract } from '../contract/attempt-store.contract.js';
import { oneTimeTokenStoreContract } from '../contract/one-time-token-store.contract.js';
import type { AttemptLimit, AttemptStore } from '../passwords/attempt-store.js';
import { loginThrottle } from '../passwords/login-throttle.js';
import type { OneTimeTokenStore } from '../passwords/one-time-token-store.js';
import { oneTimeTokens } from '../passwords/one-time-tokens.js';
import { persistenceAttemptStore } from './persistence-attempt-store.js';
import { persistenceOneTimeTokenStore } from './persistence-one-time-token-store.js';

class Deliberate extends Error {}
const count = async (db: Database, table: string): Promise<number> => Number((await db.orm.execute<{ n: string }>(sql.raw(`select count(*) as n from ${table}`))).rows[0]!.n);
const limit = (over: Partial<AttemptLimit> = {}): AttemptLimit => ({ key: crypto.randomUUID(), free: 2, firstDelay: 1_000, maxDelay: 1_000, recovery: 10_000, ...over });
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

describe('on PGlite', () => {
  const db = pgliteDatabase({ folder: 'memory' });
  beforeAll(() => db.script(passwordSchema), 30_000);
  afterAll(() => db.close());

  attemptStoreContract({ describe, test }, { name: 'PGlite', open: () => persistenceAttemptStore(db) });
  oneTimeTokenStoreContract({ describe, test }, { name: 'PGlite', open: () => persistenceOneTimeTokenStore(db) });
  behaviour(() => db);
});

describeWithPostgres('on PostgreSQL', () => {
  let server: PostgresServer;
  const opened: Database[] = [];
  /** Pools of processes that share a database. */
  const pools = async (processes: number, max: number): Promise<Database[]> => {
    const url = await server.createDatabase();
    const all = Array.from({ length: processes }, () => postgresDatabase({ url, max }));
    opened.push(...all);
    await all[0]!.script(passwordSchema);
    return all;
  };
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
    await server[Symbol.asyncDispose]();
  });

  for (const [processes, max] of [[1, 10], [1, 1], [2, 5]] as const) {
    const name = `PostgreSQL, ${processes} process(es) with a pool of ${max}`;
    let databases: Promise<Database[]> | undefined;
    const stores = async <S>(make: (db: Database) => S): Promise<S[]> => (await (databases ??= pools(processes, max))).map(make);
    attemptStoreContract({ describe, test }, { name, open: async () => balancedAttempts(await stores((db) => persistenceAttemptStore(db))) });
    oneTimeTokenStoreContract({ describe, test }, { name, open: async () => balancedTokens(await stores((db) => persistenceOneTimeTokenStore(db))) });
  }

  describe('with one connection', () => {
    let db: Database;
    beforeAll(async () => { [db] = await pools(1, 1) as [Database]; });
    behaviour(() => db);
  });

  test('of 100 units of work that use one token at once, one commits', async () => {
    const [db, other] = await pools(2, 5) as [Database, Database];
    await db.script('create table changes (n int)');
    const sent: string[] = [];
    const resets = [db, other].map((each) => oneTimeTokens({ store: persistenceOneTimeTokenStore(each), purpose: 'password-reset', deliver: ({ token }) => sent.push(token) }));
    await resets[0]!.send('ann');
    const uses = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => {
      const mine = [db, other][i % 2]!;
      return mine.unitOfWork.run(async () => {
        await resets[i % 2]!.consume(sent[0]!);
        await mine.script(`insert into changes values (${i})`);
      });
    }));
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(new Set(uses.flatMap((use) => (use.status === 'rejected' ? [use.reason.code] : [])))).toEqual(new Set(['ONE_TIME_TOKEN_INVALID']));
    expect(await count(db, 'changes')).toBe(1);
  });

  test('of 100 guesses at once in two processes as many pass as one after the other', async () => {
    const all = await pools(2, 5);
    const clock = manualClock();
    const throttles = all.map((db) => loginThrottle({ store: persistenceAttemptStore(db), clock }));
    const begun = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => throttles[i % 2]!.begin({ account: 'ann@example.com', address: '192.0.2.1' })));
    expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(await count(all[0]!, 'auth_attempts')).toBe(3);
  });

  test('a counted attempt costs one statement a limit, planned once', async () => {
    const [db] = await pools(1, 1) as [Database];
    const store = persistenceAttemptStore(db);
    const limits = [limit({ free: 50 }), limit({ free: 50 })];
    for (let i = 0; i < 10; i++) await store.count(limits, Date.now());
    const plans = await db.orm.execute<{ n: string }>(sql`select generic_plans + custom_plans as n from pg_prepared_statements where statement like 'insert into "auth_attempts"%'`);
    expect(plans.rows.map(({ n }) => Number(n))).toEqual([20]);
  });
});

/** What holds on every database, with one connection too. */
function behaviour(database: () => Database): void {
  test('an attempt is not counted inside a unit of work, where a log-in that fails would take it back', async () => {
    const db = database();
    const store = persistenceAttemptStore(db);
    await expect(db.unitOfWork.run(() => store.count([limit()], 0))).rejects.toThrow(TypeError);
  });

  test('what a successful log-in forgets can be part of its unit of work', async () => {
    const db = database();
    const throttle = loginThrottle({ store: persistenceAttemptStore(db), clock: manualClock() });
    const who = { account: 'unit@example.com', address: '192.0.2.7' };
    for (let i = 0; i < 20; i++) {
      const attempt = await throttle.begin(who);
      await db.unitOfWork.run(() => attempt.succeeded());
    }
    const attempt = await throttle.begin(who);
    await expect(db.unitOfWork.run(async () => { await attempt.succeeded(); throw new Deliberate(); })).rejects.toThrow(Deliberate);
  });

  test('neither accounts nor addresses nor tokens are in the tables', async () => {
    const db = database();
    const throttle = loginThrottle({ store: persistenceAttemptStore(db) });
    await (await throttle.begin({ account: 'planted-account@example.com', address: '198.51.100.77' })).succeeded();
    await throttle.begin({ account: 'planted-account@example.com', address: '198.51.100.77' });
    const sent: string[] = [];
    await oneTimeTokens({ store: persistenceOneTimeTokenStore(db), purpose: 'p', deliver: ({ token }) => sent.push(token) }).send('ann');
    for (const table of ['auth_attempts', 'auth_places', 'auth_one_time_tokens']) {
      const { rows } = await db.orm.execute(sql.raw(`select * from ${table}`));
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toMatch(new RegExp(`planted-account|198\\.51\\.100|${sent[0]}`));
    }
  });

  test('a token that was used in a unit of work that is rolled back is still good', async () => {
    const db = database();
    const sent: string[] = [];
    const resets = oneTimeTokens({ store: persistenceOneTimeTokenStore(db), purpose: 'password-reset', deliver: ({ token }) => sent.push(token) });
    await resets.send('rolled back');
    await expect(db.unitOfWork.run(async () => { await resets.consume(sent[0]!); throw new Deliberate(); })).rejects.toThrow(Deliberate);
    expect(await resets.consume(sent[0]!)).toEqual({ subject: 'rolled back', payload: undefined });
  });

  test('a token that was sent in a unit of work that is rolled back never was', async () => {
    const db = database();
    const sent: string[] = [];
    const resets = oneTimeTokens({ store: persistenceOneTimeTokenStore(db), purpose: 'password-reset', maxSent: 1, deliver: ({ token }) => sent.push(token) });
    await expect(db.unitOfWork.run(async () => { await resets.send('nobody'); throw new Deliberate(); })).rejects.toThrow(Deliberate);
    await expect(resets.consume(sent[0]!)).rejects.toMatchObject({ code: 'ONE_TIME_TOKEN_INVALID' });
    expect(await resets.send('nobody')).toBe(true);
  });

  test('old rows are deleted in batches about once a minute, also after units of work', async () => {
    const db = database();
    await db.script('delete from auth_attempts; delete from auth_places; delete from auth_one_time_tokens');
    await db.script(`insert into auth_attempts select 'k' || i, 1, '2025-12-31', '2025-12-31', '2025-12-31' from generate_series(1, 1200) i`);
    await db.script(`insert into auth_places select 'p' || i, '2025-12-31' from generate_series(1, 600) i`);
    await db.script(`insert into auth_one_time_tokens select 'p', 's' || i, case when i % 2 = 0 then 'd' || i end, null, case when i % 4 = 0 then '2027-01-01' else '2025-12-31' end::timestamptz, 1, '2025-12-31' from generate_series(1, 1200) i`);
    const clock = manualClock();
    const left = async (table: string, expected: number): Promise<void> => {
      for (let i = 0; i < 300 && await count(db, table) !== expected; i++) await tick();
      expect([table, await count(db, table)]).toEqual([table, expected]);
    };
    const attempts = persistenceAttemptStore(db);
    await attempts.count([limit()], clock.now());
    await left('auth_attempts', 1);
    await left('auth_places', 0);
    const tokens = persistenceOneTimeTokenStore(db);
    const issue = () => tokens.issue({ purpose: 'q', subject: crypto.randomUUID(), digest: crypto.randomUUID(), payload: undefined, expiresAt: clock.now() + 1 }, { now: clock.now(), count: 1, windowEndsAt: clock.now() + 1 });
    await db.unitOfWork.run(issue);
    await left('auth_one_time_tokens', 301); // a token that has not expired stays
    await clock.advance({ seconds: 59 });
    await issue();
    for (let i = 0; i < 5; i++) await tick();
    await left('auth_one_time_tokens', 302); // too early to look again
    await clock.advance({ seconds: 1 });
    await issue();
    await left('auth_one_time_tokens', 301);
  });

  test('a deletion that fails is logged and costs no attempt', async () => {
    const db = database();
    const warned: string[] = [];
    const failing: Database = {
      ...db, unitOfWork: db.unitOfWork,
      orm: new Proxy(db.orm, { get: (orm, name) => (name === 'delete' ? () => ({ where: () => ({ prepare: () => ({ execute: async () => { throw new Deliberate(); } }) }) }) : Reflect.get(orm, name).bind?.(orm) ?? Reflect.get(orm, name)) }),
    };
    const store = persistenceAttemptStore(failing, { logger: { ...noopLogger, warn: (message) => { warned.push(message); } } });
    expect(await store.count([limit()], Date.now())).toBeUndefined();
    await tick();
    expect(warned).toEqual(['Expired rows of the auth library could not be deleted.']);
  });
}

/** Takes turns between stores, as a load balancer between processes. */
function balancedAttempts(stores: readonly AttemptStore[]): AttemptStore {
  let next = 0;
  const turn = (): AttemptStore => stores[next++ % stores.length]!;
  return {
    count: (limits, now) => turn().count(limits, now), takeBack: (limits) => turn().takeBack(limits), forget: (key) => turn().forget(key),
    remember: (place, until) => turn().remember(place, until), remembers: (place, now) => turn().remembers(place, now),
  };
}
function balancedTokens(stores: readonly OneTimeTokenStore[]): OneTimeTokenStore {
  let next = 0;
  const turn = (): OneTimeTokenStore => stores[next++ % stores.length]!;
  return {
    issue: (token, limits) => turn().issue(token, limits), consume: (...args) => turn().consume(...args), find: (...args) => turn().find(...args),
    revoke: (purpose, subject) => turn().revoke(purpose, subject),
  };
}
