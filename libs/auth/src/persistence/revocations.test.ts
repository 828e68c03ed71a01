import { manualClock, type ManualClock } from '@org/enterprise-kernel';
import type { Database } from '@org/enterprise-persistence';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase, type PostgresDatabaseOptions } from '@org/enterprise-persistence/postgres';
import { sql } from 'drizzle-orm';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { changed, fresh, hour, revoked, started, tick, time, until } from '../../test/revocations.js';
import { sessionSchema } from '../../test/session-schema.js';
import { persistenceRevocations, type PersistenceRevocations } from './persistence-revocations.js';

const rowsOf = async (db: Database): Promise<number> => Number((await db.orm.execute<{ n: string }>(sql`select count(*) as n from auth_revocations`)).rows[0]!.n);

class Deliberate extends Error {}

/** What holds on every database. */
function everywhere(database: () => Promise<Database>): void {
  let db: Database;
  beforeAll(async () => { db = await database(); }, 60_000);
  beforeEach(() => db.script('truncate auth_revocations'));

  test('a revocation holds at once where it was published, and after a restart', async () => {
    const clock = manualClock(time);
    await using one = await started(db, { clock });
    await one.publish([revoked('a'), changed('u'), revoked('a', time + 2 * hour), revoked("it's \\ \"b\""), revoked('for ever', Infinity)]);
    expect(['a', 'u', 'x', "it's \\ \"b\"", 'for ever'].map((id) => one.isRevoked(id))).toEqual([true, false, false, true, true]);
    expect(one.heard.slice(0, 3)).toEqual(['revoked a', 'changed u', 'revoked a']);
    await clock.advance({ minutes: 90 });
    await using next = await started(db, { clock });
    expect(['a', 'u', "it's \\ \"b\"", 'for ever'].map((id) => next.isRevoked(id))).toEqual([true, false, false, true]);
    await one.publish([]);
  });

  test('in a unit of work it holds after the commit, and never after a rollback', async () => {
    await using one = await started(db, { clock: manualClock(time) });
    await db.unitOfWork.run(async () => {
      await one.publish([revoked('a')]);
      expect([one.isRevoked('a'), one.heard]).toEqual([false, []]);
    });
    expect([one.isRevoked('a'), one.heard]).toEqual([true, ['revoked a']]);
    await expect(db.unitOfWork.run(async () => { await one.publish([revoked('b')]); throw new Deliberate(); })).rejects.toThrow(Deliberate);
    await db.unitOfWork.run(async () => {
      await db.unitOfWork.run(async () => { await one.publish([revoked('c')]); throw new Deliberate(); }).catch(() => {});
      await one.publish([revoked('d')]);
    });
    expect(['b', 'c', 'd'].map((id) => one.isRevoked(id))).toEqual([false, false, true]);
    await using next = await started(db, { clock: manualClock(time) });
    expect(['a', 'b', 'c', 'd'].map((id) => next.isRevoked(id))).toEqual([true, false, false, true]);
  });

  test('one that was not started knows nothing, says so, and can publish', async () => {
    await using one = persistenceRevocations(db, { clock: manualClock(time) });
    expect(() => one.isRevoked('a')).toThrow('not loaded yet');
    await expect(one.health.check(AbortSignal.timeout(1_000))).rejects.toThrow('not loaded yet');
    await one.publish([revoked('a')]);
    expect(() => one.isRevoked('a')).toThrow('not loaded yet');
    expect(await rowsOf(db)).toBe(1);
    await one.start();
    await expect(one.start()).rejects.toThrow('started before');
  });

  test('rows that nothing depends on any more are deleted', async () => {
    const clock = manualClock(time);
    await using one = await started(db, { clock });
    await db.orm.execute(sql`insert into auth_revocations (id, kind, until) select 'old ' || n, 'revoked', ${new Date(time).toISOString()}::timestamptz from generate_series(1, 1200) n`);
    await one.publish([revoked('a', time + 1_000)]);
    expect(await rowsOf(db)).toBe(1201);
    await clock.advance({ minutes: 1 });
    await one.publish([revoked('b')]);
    await until(async () => (await rowsOf(db)) === 2);
    await clock.advance({ minutes: 1, seconds: 1 });
    await one.publish([revoked('c')]);
    await until(async () => (await rowsOf(db)) === 2);
    await clock.advance({ milliseconds: 300 });
    await until(() => fresh(() => one.isRevoked('b')));
    expect([one.isRevoked('a'), one.isRevoked('b')]).toEqual([false, true]);
  });
}

describe('on PGlite', () => {
  let opened = 0;
  const db = pgliteDatabase({ folder: 'memory' });
  afterAll(() => db.close());
  everywhere(async () => {
    await db.script(sessionSchema);
    return db;
  });

  test('nothing is polled and nothing becomes stale, as there is no other process', async () => {
    const clock = manualClock(time);
    const counting: Database = { ...db, get orm() { opened++; return db.orm; } };
    await using one = await started(counting, { clock });
    expect(clock.pending).toBe(0);
    await clock.advance({ days: 1 });
    expect(one.isRevoked('a')).toBe(false);
    expect(opened).toBe(1);
    expect(await one.health.check(AbortSignal.timeout(1_000))).toEqual({ revoked: 0, age_ms: 0 });
  });
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
    await all[0]!.script(sessionSchema);
    return all;
  };
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
    await server[Symbol.asyncDispose]();
  });

  for (const max of [10, 1]) describe(`with a pool of ${max}`, () => everywhere(async () => (await pools(1, { max }))[0]!));

  /** Lets the next poll happen and end. */
  async function poll(clock: ManualClock, revocations: PersistenceRevocations, age = 0): Promise<void> {
    await clock.advance({ milliseconds: 300 });
    await until(() => clock.pending > 0);
    expect(await revocations.health.check(AbortSignal.timeout(1_000))).toMatchObject({ age_ms: age });
  }

  test('others know with their next poll, and hear of each row once', async () => {
    const [a, b] = await pools(2);
    const clock = manualClock(time);
    await using one = await started(a!, { clock: manualClock(time) });
    await using other = await started(b!, { clock });
    await one.publish([revoked('s1'), changed('u1')]);
    expect(other.isRevoked('s1')).toBe(false);
    await poll(clock, other);
    expect(other.isRevoked('s1')).toBe(true);
    // Nothing need remember it, and yet everybody has to hear of it.
    await one.publish([changed('u1', time)]);
    for (let n = 0; n < 3; n++) await poll(clock, other);
    expect(other.heard).toEqual(['revoked s1', 'changed u1', 'changed u1']);
  });

  test('a transaction that commits after later ones is not missed', async () => {
    const [a, b, c] = await pools(3);
    const clock = manualClock(time);
    await using slow = await started(a!, { clock: manualClock(time) });
    await using quick = await started(b!, { clock: manualClock(time) });
    await using reader = await started(c!, { clock });
    let commit!: () => void;
    let written!: () => void;
    const hasWritten = new Promise<void>((resolve) => { written = resolve; });
    const committing = a!.unitOfWork.run(async () => {
      await slow.publish([revoked('late')]);
      written();
      await new Promise<void>((resolve) => { commit = resolve; });
    });
    await hasWritten;
    for (let n = 0; n < 5; n++) {
      await quick.publish([revoked(`early ${n}`)]);
      await poll(clock, reader);
    }
    expect([reader.isRevoked('early 4'), reader.isRevoked('late')]).toEqual([true, false]);
    commit();
    await committing;
    await poll(clock, reader);
    expect(reader.isRevoked('late')).toBe(true);
    await poll(clock, reader);
    // However long the slow one held the horizon back, everything was heard once.
    expect(reader.heard).toEqual([...Array.from({ length: 5 }, (_, n) => `revoked early ${n}`), 'revoked late']);
  });

  test('many writers that commit in any order are all read', async () => {
    const [a, b] = await pools(2);
    await using writer = await started(a!);
    await using reader = await started(b!, { poll: { milliseconds: 5 } });
    const far = Date.now() + hour;
    const ids = Array.from({ length: 300 }, (_, n) => `s${n}`);
    await Promise.all(ids.map((id, n) => a!.unitOfWork.run(async () => {
      await writer.publish([revoked(id, far)]);
      await tick(Math.random() * 30);
      if (n % 10 === 0) throw new Deliberate();
    }).catch((error: unknown) => { if (!(error instanceof Deliberate)) throw error; })));
    const expected = ids.filter((_, n) => n % 10 !== 0);
    await until(() => expected.every((id) => reader.isRevoked(id)));
    expect(ids.filter((_, n) => n % 10 === 0).some((id) => reader.isRevoked(id))).toBe(false);
    expect([...reader.heard].sort()).toEqual(expected.map((id) => `revoked ${id}`).sort());
  }, 20_000);

  test('without a look for longer than it may be, nothing is accepted, until the next one', async () => {
    const [a, b] = await pools(2);
    const clock = manualClock(time);
    await using one = await started(a!, { clock });
    await using other = await started(b!, { clock: manualClock(time) });
    await a!.script('alter table auth_revocations rename to gone');
    for (let n = 0; n < 16; n++) {
      await clock.advance({ milliseconds: 300 });
      await until(() => clock.pending > 0);
    }
    expect(one.isRevoked('x')).toBe(false);
    for (let n = 0; n < 2; n++) {
      await clock.advance({ milliseconds: 300 });
      await until(() => clock.pending > 0);
    }
    expect(() => one.isRevoked('x')).toThrow(expect.objectContaining({ code: 'REVOCATIONS_STALE', kind: 'unavailable', message: 'What has been revoked was last read 5.4 s ago.' }));
    await expect(one.health.check(AbortSignal.timeout(1_000))).rejects.toThrow('5.4 s ago');
    await a!.script('alter table gone rename to auth_revocations');
    await other.publish([revoked('x')]);
    await poll(clock, one);
    expect(one.isRevoked('x')).toBe(true);
  });

  test('a server whose transactions begin anew, as after a restored backup, is read from the start', async () => {
    const [a, b] = await pools(2);
    const clock = manualClock(time);
    await using one = await started(a!, { clock: manualClock(time) });
    // Stands in for the horizon of the server before: far ahead of this one's.
    let ahead = true;
    const restored: Database = {
      ...b!,
      orm: new Proxy(b!.orm, {
        get(target, name: keyof Database['orm']) {
          const value = target[name] as unknown;
          if (name !== 'select') return typeof value === 'function' ? value.bind(target) : value;
          return (...args: never[]) => {
            const builder = (value as (...all: never[]) => any).apply(target, args);
            return { from: (source: unknown) => ({ prepare: (statement: string) => {
              const prepared = builder.from(source).prepare(statement);
              return { execute: async (values: object) => {
                const rows = await prepared.execute(values);
                return ahead ? rows.map((row: object) => ({ ...row, horizon: '9999999999' })) : rows;
              } };
            } }) };
          };
        },
      }),
    };
    await using other = await started(restored, { clock });
    await poll(clock, other);
    ahead = false;
    await one.publish([revoked('s1')]);
    await poll(clock, other);
    expect(other.isRevoked('s1')).toBe(true);
  });

  test('a poll finds what is new by the index', async () => {
    const [db] = await pools(1, { max: 1 });
    await db!.orm.execute(sql`insert into auth_revocations (transaction, id, kind, until) select (n / 100 + 1)::text::xid8, gen_random_uuid(), 'revoked', now() + interval '1 hour' from generate_series(1, 50000) n`);
    await db!.script('vacuum analyze auth_revocations');
    await using one = await started(db!, { poll: { milliseconds: 2 } });
    const prepared = () => db!.orm.execute<{ name: string; n: string }>(sql`
      select name, generic_plans + custom_plans as n from pg_prepared_statements where statement like '%horizon%' and statement not like '%pg_prepared%'`);
    // PostgreSQL settles for one plan for all values after five, if it looks no worse.
    await until(async () => Number((await prepared()).rows[0]?.n ?? 0) > 10);
    await one[Symbol.asyncDispose]();
    const { rows: [statement] } = await prepared();
    // The plan that it has come to by itself.
    const { rows } = await db!.orm.execute<{ 'QUERY PLAN': string }>(sql.raw(`explain (analyze, buffers) execute "${statement!.name}" ('499')`));
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Index Only Scan using auth_revocations_pkey');
    // Of about 900 pages of table and index, for 200 rows whose pages no vacuum has seen as settled.
    expect(Number(/shared hit=(\d+)/.exec(plan)![1])).toBeLessThan(100);
  });

  test('a start inside of a unit of work does not keep that one, nor its connection', async () => {
    const [db] = await pools(1, { max: 2 });
    const one = persistenceRevocations(db!, { poll: { milliseconds: 5 } });
    await db!.unitOfWork.run(async () => {
      await db!.script('select 1');
      await one.start();
    });
    await tick(60);
    const age = async () => Number((await one.health.check(AbortSignal.timeout(1_000)) as { age_ms: number }).age_ms);
    await until(async () => (await age()) < 50);
    expect(one.isRevoked('x')).toBe(false);
    await one[Symbol.asyncDispose]();
  });

  test('a time without a look that is no longer than the pause between two is refused', async () => {
    const [db] = await pools(1);
    expect(() => persistenceRevocations(db!, { poll: { seconds: 5 } })).toThrow('staleAfter');
  });
});
