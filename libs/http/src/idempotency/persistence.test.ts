import { manualClock, runInContext } from '@org/enterprise-kernel';
import { type Database } from '@org/enterprise-persistence';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase, type PostgresDatabaseOptions } from '@org/enterprise-persistence/postgres';
import { sql } from 'drizzle-orm';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { schema } from '../../test/idempotency-schema.js';
import { counted, created, Deliberate, held, request, tick } from '../suites/idempotency-fixture.js';
import { idempotencyContract } from '../suites/index.js';
import type { IdempotencyStore } from './idempotency-store.js';
import { persistenceIdempotencyStore } from './persistence.js';

const effects = async (db: Database): Promise<number> => Number((await db.orm.execute<{ n: string }>(sql`select count(*) as n from effects`)).rows[0]!.n);
const keys = async (db: Database): Promise<number> => Number((await db.orm.execute<{ n: string }>(sql`select count(*) as n from idempotency_keys`)).rows[0]!.n);
const affect = (db: Database) => async () => {
  await db.unitOfWork.run(() => db.orm.execute(sql`insert into effects values (1)`));
  return created('{"data":"done"}');
};
const caught = (work: Promise<unknown>): Promise<any> => work.then((value) => { throw new Error(`fulfilled with ${JSON.stringify(value)}`); }, (error: unknown) => error);

/** Takes turns between stores, as a load balancer between processes. */
function balanced(stores: readonly IdempotencyStore[]): IdempotencyStore {
  let next = 0;
  return { run: (one, work) => stores[next++ % stores.length]!.run(one, work) };
}

describe('on PGlite', () => {
  const db = pgliteDatabase({ folder: 'memory' });
  beforeAll(() => db.script(schema), 30_000);
  afterAll(() => db.close());

  idempotencyContract({ describe, test }, { name: 'PGlite', open: (options) => persistenceIdempotencyStore(db, options) });
  atomicity(() => db);
});

describeWithPostgres('on PostgreSQL', () => {
  let server: PostgresServer;
  const opened: Database[] = [];
  const open = (url: string, options: Partial<PostgresDatabaseOptions> = {}): Database => {
    const db = postgresDatabase({ url, ...options });
    opened.push(db);
    return db;
  };
  /** Pools of processes that share a database. */
  const pools = async (count: number, options: Partial<PostgresDatabaseOptions> = {}): Promise<Database[]> => {
    const url = await server.createDatabase();
    const all = Array.from({ length: count }, () => open(url, options));
    await all[0]!.script(schema);
    return all;
  };
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
    await server[Symbol.asyncDispose]();
  });

  for (const [processes, max] of [[1, 10], [1, 1], [2, 10], [2, 1]] as const) {
    let databases: Promise<Database[]> | undefined;
    idempotencyContract({ describe, test }, {
      name: `PostgreSQL, ${processes} process(es) with a pool of ${max}`,
      async open(options) {
        const all = await (databases ??= pools(processes, { max, lockTimeout: { seconds: 2 } }));
        return balanced(all.map((db) => persistenceIdempotencyStore(db, options)));
      },
    });
  }

  describe('and one process', () => {
    let db: Database;
    beforeAll(async () => { [db] = await pools(1) as [Database]; });
    atomicity(() => db);
  });

  test('repeats hold no connection while they wait', async () => {
    const [db] = await pools(1, { max: 2, acquireTimeout: { seconds: 10 } });
    const store = persistenceIdempotencyStore(db!);
    const one = request();
    const first = held();
    const running = Array.from({ length: 20 }, () => store.run(one, first.work));
    await first.begun;
    await db!.script('select 1'); // the second connection is free
    first.end();
    expect((await Promise.all(running)).filter(({ replayed }) => replayed)).toHaveLength(19);
  });

  test('a repeat in another process waits as long as the database lets it wait for a lock', async () => {
    const [one, other] = await pools(2, { lockTimeout: { milliseconds: 200 } });
    const first = held();
    const asked = request();
    const running = persistenceIdempotencyStore(one!).run(asked, first.work);
    await first.begun;
    const refused = await caught(persistenceIdempotencyStore(other!).run(asked, counted().work));
    expect([refused.code, refused.details, refused.cause.code]).toEqual(['IDEMPOTENCY_IN_PROGRESS', { retry_after_seconds: 1 }, 'DATABASE_TIMEOUT']);
    first.end();
    const { answer } = await running;
    expect(await persistenceIdempotencyStore(other!).run(asked, counted().work)).toEqual({ answer, replayed: true });
  });

  test('other locks and a pool without a free connection are not taken for a request in progress', async () => {
    const [db, other] = await pools(2, { max: 1, lockTimeout: { milliseconds: 100 }, acquireTimeout: { milliseconds: 100 } });
    const store = persistenceIdempotencyStore(db!);
    await other!.unitOfWork.run(async () => {
      await other!.script('lock table effects');
      expect((await caught(store.run(request(), affect(db!)))).code).toBe('DATABASE_TIMEOUT');
    });
    await db!.unitOfWork.run(async () => {
      await db!.script('select 1');
      expect((await caught(db!.unitOfWork.outside(() => store.run(request(), affect(db!))))).code).toBe('DATABASE_BUSY');
    });
  });

  test('in a serializable unit the loser of two processes finds the answer of the winner', async () => {
    const all = await pools(2);
    const stores = all.map((db) => persistenceIdempotencyStore(db, { isolation: 'serializable' }));
    const one = request();
    let times = 0;
    const outcomes = await Promise.all(stores.map((store, i) => store.run(one, () => all[i]!.unitOfWork.run(async () => {
      times++;
      await tick(50);
      return created('{}');
    }, { isolation: 'serializable' }))));
    expect([times, outcomes.map(({ replayed }) => replayed).sort()]).toEqual([1, [false, true]]);
  });

  test('work that fails for a conflict of transactions is done again, and its answer is the second one', async () => {
    const [db, other] = await pools(2);
    await db!.script('create table counter (n int); insert into counter values (0)');
    const store = persistenceIdempotencyStore(db!, { isolation: 'repeatable read' });
    let times = 0;
    const { answer } = await store.run(request(), async () => {
      const time = ++times;
      await db!.orm.execute(sql`select n from counter`);
      if (time === 1) await other!.script('update counter set n = n + 1');
      await db!.orm.execute(sql`update counter set n = n + 10`);
      return created(String(time));
    });
    expect([answer.body, (await db!.orm.execute(sql`select n from counter`)).rows]).toEqual(['2', [{ n: 11 }]]);
  });

  test('a key costs two statements', async () => {
    const [db] = await pools(1, { max: 1 });
    const store = persistenceIdempotencyStore(db!);
    const statements = () => db!.orm.execute<{ statement: string; n: number }>(sql`
      select name, generic_plans + custom_plans as n from pg_prepared_statements where statement like '%idempotency_keys%' and statement not like '%pg_prepared%' order by statement`);
    for (let i = 0; i < 3; i++) await store.run(request(), affect(db!));
    await tick(50); // the sweep
    expect((await statements()).rows.map(({ n }) => Number(n))).toEqual([3, 3]);
  });
});

/** What holds on every database. */
function atomicity(database: () => Database): void {
  test('what the work writes stays with its answer, and goes with its failure', async () => {
    const db = database();
    const store = persistenceIdempotencyStore(db);
    const before = [await effects(db), await keys(db)] as const;
    await expect(store.run(request(), async () => { await affect(db)(); throw new Deliberate(); })).rejects.toThrow(Deliberate);
    expect([await effects(db), await keys(db)]).toEqual(before);
    const one = request();
    for (let i = 0; i < 2; i++) await store.run(one, affect(db));
    expect([await effects(db), await keys(db)]).toEqual([before[0] + 1, before[1] + 1]);
  });

  test('an answer that comes after the client has gone is not kept, nor what was written for it', async () => {
    const db = database();
    const store = persistenceIdempotencyStore(db);
    const before = [await effects(db), await keys(db)] as const;
    const client = new AbortController();
    const one = request();
    await expect(runInContext({ requestId: 'r', signal: client.signal }, () => store.run(one, async () => {
      const answer = await affect(db)();
      client.abort(new Deliberate());
      return answer;
    }))).rejects.toThrow(Deliberate);
    expect([await effects(db), await keys(db)]).toEqual(before);
    expect((await store.run(one, affect(db))).replayed).toBe(false);
  });

  test('what happens after the commit happens once', async () => {
    const db = database();
    const store = persistenceIdempotencyStore(db);
    const one = request();
    const sent: string[] = [];
    for (let i = 0; i < 2; i++) await store.run(one, async () => { db.unitOfWork.afterCommit(() => sent.push('mail')); return created('{}'); });
    expect(sent).toEqual(['mail']);
  });

  test('expired answers are deleted in batches about once a minute', async () => {
    const db = database();
    await db.script('delete from idempotency_keys');
    await db.script(`insert into idempotency_keys (scope, key, fingerprint, expires_at, status, headers) select 's', 'k' || i, 'f', '2025-12-31', 204, '[]' from generate_series(1, 1200) i`);
    const clock = manualClock();
    const store = persistenceIdempotencyStore(db, { clock, expiry: { seconds: 30 } });
    const left = async (expected: number): Promise<void> => {
      for (let i = 0; i < 200 && await keys(db) !== expected; i++) await tick(10);
      expect(await keys(db)).toBe(expected);
    };
    await store.run(request(), affect(db));
    await left(1);
    await clock.advance({ seconds: 59 });
    await store.run(request(), affect(db));
    await tick(50);
    expect(await keys(db)).toBe(2); // too early to look again
    await clock.advance({ seconds: 1 });
    await store.run(request(), affect(db));
    await left(2); // the first of these three has expired
  });

  test('a deletion that fails is logged and costs no request', async () => {
    const db = database();
    const warned: string[] = [];
    const log = (message: string): void => { warned.push(message); };
    const store = persistenceIdempotencyStore({ ...db, orm: new Proxy(db.orm, { get: (orm, name) => (name === 'delete' ? () => { throw new Deliberate(); } : Reflect.get(orm, name).bind?.(orm) ?? Reflect.get(orm, name)) }) }, {
      logger: { debug: log, info: log, warn: log, error: log, child() { return this; } },
    });
    expect((await store.run(request(), affect(db))).replayed).toBe(false);
    await tick(10);
    expect(warned).toEqual(['Expired idempotency keys could not be deleted.']);
  });
}
