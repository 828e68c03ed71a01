import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { runInContext, type Duration } from '@org/enterprise-kernel';
import { sql } from 'drizzle-orm';
import { integer, pgTable } from 'drizzle-orm/pg-core';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { until } from '../../../../tools/services/until.js';
import type { Database } from '../database.js';
import { DatabaseAuthenticationFailed, DatabaseBusy, DatabaseMissing, DatabaseStatementFailed, DatabaseTimeout, DatabaseUnavailable, DatabaseUnreachable } from '../errors.js';
import { postgresDatabase, type PostgresDatabaseOptions } from './postgres.js';

const numbers = pgTable('numbers', { n: integer().notNull() });

const caught = (work: Promise<unknown>): Promise<any> => work.then((value) => { throw new Error(`fulfilled with ${String(value)}`); }, (error: unknown) => error);
// Begun at once: drizzle's own queries wait until they are awaited.
const sleeping = async (db: Database, seconds: number) => db.orm.execute(sql`select pg_sleep(${sql.raw(String(seconds))})`);

describeWithPostgres('PostgreSQL when things go wrong', () => {
  let server: PostgresServer;
  let admin: Database;
  const opened: Database[] = [];
  const open = async (options: Partial<PostgresDatabaseOptions> = {}): Promise<Database> => {
    const db = postgresDatabase({ url: await server.createDatabase(), ...options });
    opened.push(db);
    return db;
  };
  beforeAll(async () => {
    server = await startPostgres();
    admin = postgresDatabase({ url: server.url, max: 1 });
  }, 30_000);
  afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())));
  afterAll(async () => {
    await admin.close();
    await server[Symbol.asyncDispose]();
  });

  const connectionsOf = async (name: string): Promise<readonly string[]> =>
    (await admin.orm.execute<{ query: string }>(sql`select query from pg_stat_activity where application_name = ${name}`)).rows.map(({ query }) => query);
  /** Takes a connection until it is told to give it back. */
  const hold = async (db: Database): Promise<() => Promise<void>> => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => { end = resolve; });
    let holding!: Promise<void>;
    await new Promise<void>((resolve, reject) => {
      holding = db.unitOfWork.run(async () => { await sleeping(db, 0); resolve(); await ended; });
      holding.catch(reject);
    });
    return () => { end(); return holding; };
  };
  const killAll = async (db: Database): Promise<void> => {
    const name = db.name;
    const { rows } = await admin.orm.execute<{ pid: number }>(sql`select pid, pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`);
    // Asked by process: who waits for a connection opens a new one at once, under the same name.
    const killed = sql.join(rows.map(({ pid }) => sql`${pid}::int`), sql`, `);
    await until('they are gone', async () => (await admin.orm.execute(sql`select 1 from pg_stat_activity where pid in (${killed})`)).rows.length === 0);
    await pause(50); // until this process has seen their end
  };

  it('leaks no connection over 1,000 aborted requests on a pool of 5', async () => {
    const db = await open({ max: 5, acquireTimeout: { seconds: 20 } });
    await db.script('create table numbers (n int not null)');
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, async (_, i) => {
      const request = new AbortController();
      // At every moment of a request: before its turn, while it waits, between and within its statements.
      setTimeout(() => request.abort(new Error('gone')), (i % 97) * 20);
      return runInContext({ requestId: String(i), signal: request.signal }, () => db.unitOfWork.run(async () => {
        await db.orm.insert(numbers).values({ n: i });
        await sleeping(db, 0.002);
        await db.unitOfWork.run(async () => { await sleeping(db, 0.001); });
        throw new Error('rolled back');
      })).catch((error: Error) => error.message);
    }));
    expect(new Set(outcomes)).toEqual(new Set(['gone', 'rolled back']));
    expect(await db.orm.$count(numbers)).toBe(0);
    // All five can be had at once, and none of them is in a transaction.
    await Promise.all(Array.from({ length: 5 }, () => db.unitOfWork.run(() => sleeping(db, 0.02))));
    expect(await db.health.check(AbortSignal.timeout(2_000))).toEqual({ connections_in_use: 0, connections_idle: 5, waiting: 0 });
    const { rows } = await admin.orm.execute(sql`select count(*)::int as open from pg_stat_activity where application_name = 'postgres' and state like 'idle in transaction%'`);
    expect(rows).toEqual([{ open: 0 }]);
  }, 30_000);

  it('answers DATABASE_BUSY in bounded time when all connections are in use, and goes on afterwards', async () => {
    const db = await open({ max: 2, acquireTimeout: { milliseconds: 100 } });
    const ends = [await hold(db), await hold(db)];
    const errors = await Promise.all([caught(sleeping(db, 0)), caught(db.unitOfWork.run(() => sleeping(db, 0)))]);
    expect(errors.map(({ code, kind }) => [code, kind])).toEqual([['DATABASE_BUSY', 'unavailable'], ['DATABASE_BUSY', 'unavailable']]);
    await Promise.all(ends.map((end) => end()));
    await sleeping(db, 0);
  });

  it('cannot hang when a unit waits for something outside of itself on the only connection', async () => {
    const db = await open({ max: 1, acquireTimeout: { milliseconds: 100 } });
    const error = await caught(db.unitOfWork.run(async () => {
      await sleeping(db, 0);
      await db.unitOfWork.outside(() => sleeping(db, 0));
    }));
    expect(DatabaseBusy.is(error)).toBe(true);
    await sleeping(db, 0);
  });

  it('says that the connection was lost when the server ends it in a unit, writes nothing elsewhere, and connects again', async () => {
    const db = await open({ max: 1, name: 'killed' });
    await db.script('create table numbers (n int not null)');
    const error = await caught(db.unitOfWork.run(async () => {
      await db.orm.insert(numbers).values({ n: 1 });
      await killAll(db);
      await db.orm.insert(numbers).values({ n: 2 });
    }));
    expect(DatabaseUnavailable.is(error)).toBe(true);
    expect(await db.orm.select().from(numbers)).toEqual([]);
  });

  it('does the same when it is lost during a statement, with others waiting', async () => {
    const db = await open({ max: 1, name: 'killed-busy' });
    const running = caught(db.unitOfWork.run(() => sleeping(db, 30)));
    await until('it runs', async () => (await connectionsOf('killed-busy')).some((query) => query.includes('pg_sleep')));
    const waiting = [1, 2, 3].map(() => sleeping(db, 0));
    await killAll(db);
    expect(DatabaseUnavailable.is(await running)).toBe(true);
    await Promise.all(waiting);
  });

  it('connects again when idle connections were lost', async () => {
    const db = await open({ max: 3, name: 'killed-idle' });
    await Promise.all([1, 2, 3].map(() => sleeping(db, 0.02)));
    await killAll(db);
    await Promise.all([1, 2, 3].map(() => sleeping(db, 0.02)));
  });

  it('ends a statement that takes too long, and keeps the connection', async () => {
    const db = await open({ max: 1, statementTimeout: { milliseconds: 250 } });
    expect(DatabaseTimeout.is(await caught(sleeping(db, 5)))).toBe(true);
    expect(DatabaseTimeout.is(await caught(db.unitOfWork.run(() => sleeping(db, 5))))).toBe(true);
    await sleeping(db, 0);
  });

  it('ends a unit that does nothing for too long', async () => {
    const db = await open({ max: 1, idleInTransactionTimeout: { milliseconds: 50 } });
    const error = await caught(db.unitOfWork.run(async () => { await sleeping(db, 0); await pause(200); await sleeping(db, 0); }));
    expect(DatabaseUnavailable.is(error)).toBe(true);
    await sleeping(db, 0);
  });

  it('says plainly why it cannot connect, without the password', async () => {
    const ask = async (change: (url: URL) => void, connectTimeout: Duration = { seconds: 20 }): Promise<any> => {
      const url = new URL(server.url);
      url.password = 'hunter2';
      change(url);
      await using db = postgresDatabase({ url: url.href, connectTimeout });
      return await caught(sleeping(db, 0));
    };
    const mute = createServer().listen(0, '127.0.0.1');
    const hangingUp = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await Promise.all([mute, hangingUp].map((each) => once(each, 'listening')));
    const portOf = (each: typeof mute): string => String((each.address() as AddressInfo).port);
    try {
      const errors = {
        unreachable: await ask((url) => { url.port = '1'; }),
        unknownHost: await ask((url) => { url.hostname = 'nowhere.invalid'; }),
        mute: await ask((url) => { url.port = portOf(mute); }, { milliseconds: 500 }),
        hangingUp: await ask((url) => { url.port = portOf(hangingUp); }, { milliseconds: 500 }),
        missing: await ask((url) => { url.pathname = '/nothing_here'; }),
        user: await ask((url) => { url.username = 'stranger'; }),
      };
      expect(Object.values(errors).map(({ code }) => code)).toEqual([DatabaseUnreachable, DatabaseUnreachable, DatabaseUnreachable, DatabaseUnreachable, DatabaseMissing, DatabaseAuthenticationFailed].map(({ code }) => code));
      for (const { message } of Object.values(errors)) expect(message).not.toContain('hunter2');
      expect(errors.missing.message).toContain('/nothing_here');
    } finally {
      mute.close();
      hangingUp.close();
    }
    expect(() => postgresDatabase({ url: 'hunter2' })).toThrow(expect.objectContaining({ code: 'DATABASE_UNREACHABLE', message: expect.not.stringContaining('hunter2') }));
  });

  it('fails its health check within its time when it has no connection to ask on', async () => {
    const db = await open({ max: 1, healthTimeout: { milliseconds: 500 } });
    const end = await hold(db);
    expect(DatabaseTimeout.is(await caught(db.health.check(new AbortController().signal) as Promise<unknown>))).toBe(true);
    await end();
    await db.health.check(new AbortController().signal);
  });

  it('keeps what the server said out of the message', async () => {
    const db = await open();
    const error = await caught(db.orm.execute(sql`select ${'secret'}::int`));
    expect(DatabaseStatementFailed.is(error)).toBe(true);
    expect(error.details).toEqual({ sqlState: '22P02' });
    expect(error.message).not.toContain('secret');
    expect(error.cause.message).toContain('secret');
  });

  it('plans a prepared statement once for each connection, in units and outside of them', async () => {
    const db = await open({ max: 2 });
    await db.script('create table numbers (n int not null)');
    const find = db.orm.select().from(numbers).where(sql`${numbers.n} = ${sql.placeholder('n')}`).prepare('find');
    const use = (): Promise<unknown> => db.unitOfWork.run(async () => { await find.execute({ n: 1 }); await pause(5); });
    await Promise.all([use(), use()]);
    for (let n = 0; n < 20; n++) await Promise.all([find.execute({ n }), use()]);
    const prepared = async (): Promise<unknown> => (await db.orm.execute(sql`select count(*)::int as texts, sum(generic_plans + custom_plans)::int > 5 as used from pg_prepared_statements where statement like '%"numbers"%'`)).rows;
    const both = await Promise.all([1, 2].map(() => db.unitOfWork.run(async () => { const rows = await prepared(); await pause(10); return rows; })));
    expect(both).toEqual([[{ texts: 1, used: true }], [{ texts: 1, used: true }]]);
  });

  it('leaves nothing prepared on the server where it is told that a pooler would not find it again', async () => {
    const db = await open({ max: 1, prepare: false });
    const find = db.orm.select({ n: sql<number>`n` }).from(sql`(values (1), (2)) as numbers (n)`).where(sql`n = ${sql.placeholder('n')}::int`).prepare('find');
    for (const n of [1, 2]) expect(await find.execute({ n })).toEqual([{ n }]);
    expect(await db.unitOfWork.run(() => find.execute({ n: 2 }))).toEqual([{ n: 2 }]);
    expect((await db.orm.execute(sql`select name from pg_prepared_statements`)).rows).toEqual([]);
  });

  it('gives up a lock that it has waited for as long as it is told to', async () => {
    const db = await open({ max: 2, lockTimeout: { milliseconds: 100 } });
    await db.script('create table numbers (n int not null)');
    await db.unitOfWork.run(async () => {
      await db.script('lock table numbers in access exclusive mode');
      expect(DatabaseTimeout.is(await caught(db.unitOfWork.outside(async () => db.orm.select().from(numbers))))).toBe(true);
    });
    expect(await db.orm.select().from(numbers)).toEqual([]);
  });

  it('gives up its connections when closed, after what is running', async () => {
    const db = await open({ max: 3, name: 'closing' });
    const running = db.unitOfWork.run(async () => { await sleeping(db, 0.05); return 'done'; });
    await pause(10);
    await db.close();
    expect(await running).toBe('done');
    await until('the server has seen it', async () => (await connectionsOf('closing')).length === 0);
  });
});
