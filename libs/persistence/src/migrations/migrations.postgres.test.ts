import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { jest } from '@jest/globals';
import { sql } from 'drizzle-orm/sql/sql';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import type { Database } from '../database.js';
import { pgliteDatabase } from '../drivers/pglite.js';
import { postgresDatabase } from '../drivers/postgres.js';
import { migrations, type MigrationsOptions } from './migrations.js';

// PGlite and PostgreSQL take seconds to start, and more on a busy machine.
jest.setTimeout(30_000);

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const program = fileURLToPath(new URL('../../fixtures/db.mjs', import.meta.url));
// The workspace's own, whatever runs the tests: it has to understand TypeScript.
const node = join(root, 'node_modules/.bin/node');

interface Running { readonly child: ChildProcess; output(): string; readonly exit: Promise<unknown> }

/** Runs a command in a process of its own. */
function run(url: string, directory: string, command: string): Running {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', '--conditions=@org/source', program, command], {
    env: { PATH: process.env['PATH'], DATABASE_URL: url, MIGRATIONS: directory }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  return { child, output: () => output, exit: once(child, 'close').then(([code]) => code as unknown) };
}

async function until(condition: () => boolean | Promise<boolean>, output = (): string => ''): Promise<void> {
  for (const end = performance.now() + 10_000; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (performance.now() > end) throw new Error(`It did not happen. ${output()}`);
  }
}

/** Writes the schema and lets drizzle-kit generate what is new in it. */
function generate(folder: string, name: string, schema: string): void {
  writeFileSync(join(folder, 'schema.ts'), `import { index, integer, pgEnum, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';\n${schema}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [
    join(root, 'node_modules/drizzle-kit/bin.cjs'), 'generate', '--dialect', 'postgresql', '--schema', './schema.ts', '--out', './out', '--name', name,
  ], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout + stderr);
}

describeWithPostgres('migrations on PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let database: Database;
  let directory: string;
  beforeAll(async () => { server = await startPostgres(); });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    url = await server.createDatabase();
    database = postgresDatabase({ url, max: 3 });
    directory = mkdtempSync(join(tmpdir(), 'migrations-'));
  });
  afterEach(async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  });

  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const steps = (options: Partial<MigrationsOptions> = {}) => migrations(database, { directory, ...options });
  const rows = async (text: string): Promise<Record<string, unknown>[]> => (await database.orm.execute(sql.raw(text))).rows;
  const shadow = async (): Promise<Database> => postgresDatabase({ url: await server.createDatabase() });

  /** Migrations of which the first is held up for as long as `body` runs, in the middle of its transaction. */
  const whileHeldUp = (body: () => Promise<void>): Promise<void> => {
    write('0000_users.sql', 'create table users (id int);\n--> statement-breakpoint\nselect pg_advisory_lock(42), pg_advisory_unlock(42);\n');
    write('0001_index.sql', '-- no transaction\ncreate index concurrently users_id on users (id);\n');
    write('0002_row.sql', 'insert into users values (1);');
    return database.withConnection(async (connection) => {
      await connection.script('select pg_advisory_lock(42)');
      await body();
      await connection.script('select pg_advisory_unlock(42)');
    });
  };
  // The server may be one that is given, and others may use it.
  const locks = `pg_locks join pg_database d on d.oid = database and datname = current_database() where locktype = 'advisory'`;
  const isHeldUp = async (): Promise<boolean> => (await rows(`select 1 from ${locks} and objid = 42 and not granted`)).length > 0;

  test('of two processes one migrates while the other waits, and both end well', async () => {
    const runners: Running[] = [];
    await whileHeldUp(async () => {
      runners.push(run(url, directory, 'migrate'), run(url, directory, 'migrate'));
      await until(() => runners.some(({ output }) => output().includes('waiting for it')), () => runners.map(({ output }) => output()).join(''));
      expect(runners.filter(({ output }) => output().includes('waiting for it'))).toHaveLength(1);
    });
    expect(await Promise.all(runners.map(({ exit }) => exit))).toEqual([0, 0]);
    const [first, second] = runners.map(({ output }) => output()).sort((a, b) => Number(a.includes('waiting')) - Number(b.includes('waiting')));
    expect(first).toMatch(/^\[1\/3\] 0000_users\.sql {2}.*\n\[2\/3\] 0001_index\.sql {2}.*\n\[3\/3\] 0002_row\.sql {2}.*\n3 migrations applied\.\n$/);
    expect(second).toBe('Another process is migrating the database; waiting for it.\nNothing to do: the database is up to date.\n');
    expect(await rows('select id from users')).toEqual([{ id: 1 }]);
    expect(await rows('select count(*)::int as count from _migrations')).toEqual([{ count: 3 }]);
  });

  test('a runner that is killed leaves nothing half done, and no lock', async () => {
    let next!: Running;
    await whileHeldUp(async () => {
      const killed = run(url, directory, 'migrate');
      await until(isHeldUp, killed.output);
      next = run(url, directory, 'migrate');
      await until(() => next.output().includes('waiting for it'), next.output);
      killed.child.kill('SIGKILL');
      await killed.exit;
    });
    expect(await next.exit).toBe(0);
    expect(next.output()).toContain('3 migrations applied.');
    expect(await rows('select id from users')).toEqual([{ id: 1 }]);
  });

  test('the wait for another runner has an end, and the lock too', async () => {
    write('0000_slow.sql', 'select pg_advisory_xact_lock(42);');
    const waiting: string[] = [];
    const first = await database.withConnection(async (connection) => {
      await connection.script('select pg_advisory_lock(42)');
      const running = steps().migrate();
      await until(isHeldUp);
      await expect(steps({ lockWait: { milliseconds: 100 }, onWaiting: () => waiting.push('once') }).migrate()).rejects.toMatchObject({
        code: 'MIGRATION_LOCKED', kind: 'unavailable', message: 'Another process has been migrating this database for longer than 100 ms.',
      });
      await connection.script('select pg_advisory_unlock(42)');
      return running;
    });
    expect([first, waiting]).toEqual([['0000_slow.sql'], ['once']]);
    expect(await rows(`select 1 from ${locks}`)).toEqual([]);
  });

  test('a file without a transaction keeps what came before its failure, says so, and is tried again', async () => {
    write('0000_users.sql', 'create table users (email text);');
    await steps().migrate();
    await database.script(`insert into users values ('a'), ('a')`);
    write('0001_index.sql', '-- no transaction\ndrop index concurrently if exists users_email;\n--> statement-breakpoint\ncreate unique index concurrently users_email on users (email);\n');
    await expect(steps().migrate()).rejects.toMatchObject({
      code: 'MIGRATION_FAILED', details: { file: '0001_index.sql', statement: 2, line: 4 },
      message: '0001_index.sql failed in statement 2 of 2, line 4: could not create unique index "users_email". Key (email)=(a) is duplicated. It runs without a transaction: its first statement took effect.',
    });
    expect(await steps({ shadow }).check()).toMatchObject({ differences: [expect.stringMatching(/^No migration makes the index users_email on public\.users .*\(invalid\)/)] });

    await database.script('delete from users where ctid = (select min(ctid) from users)');
    expect(await steps().migrate()).toEqual(['0001_index.sql']);
    expect(await steps({ shadow }).check()).toMatchObject({ ok: true, differences: [] });
  });

  test('a migration gives up on a lock, gets all the time otherwise, and leaves the connection as it was', async () => {
    await using short = postgresDatabase({ url, max: 1, statementTimeout: { milliseconds: 150 }, lockTimeout: { milliseconds: 50 } });
    write('0000_slow.sql', 'create table a ();--> statement-breakpoint\nselect pg_sleep(0.3);');
    await migrations(short, { directory }).migrate();
    expect((await short.orm.execute(sql`show statement_timeout`)).rows).toEqual([{ statement_timeout: '150ms' }]);

    write('0001_blocked.sql', 'alter table a add b int;');
    await database.unitOfWork.run(async () => {
      await database.orm.execute(sql`lock table a in access share mode`);
      await expect(migrations(short, { directory }).migrate()).rejects.toMatchObject({ message: expect.stringContaining('canceling statement due to lock timeout') });
    });
    await expect(migrations(short, { directory, statementTimeout: { milliseconds: 20 } }).migrate()).resolves.toEqual(['0001_blocked.sql']);
    write('0002_slow.sql', 'select pg_sleep(1);');
    await expect(migrations(short, { directory, statementTimeout: { milliseconds: 20 } }).migrate()).rejects.toMatchObject({ message: expect.stringContaining('canceling statement due to statement timeout') });
  });

  const everything = `
    create schema shop;
    create type shop.state as enum ('open', 'paid');
    create function shop.touch() returns trigger language plpgsql as $$ begin new.at = now(); return new; end $$;
    create table shop.customers (id uuid primary key default gen_random_uuid(), email varchar(200) not null, name text collate "C", motto text default 'a b',
      lower_email text generated always as (lower(email)) stored, at timestamptz not null default now(), constraint email_unique unique (email));
    create table shop.orders (id bigint generated always as identity primary key, customer uuid references shop.customers on delete cascade,
      state shop.state not null default 'open', total numeric(12, 2) check (total >= 0));
    create index orders_open on shop.orders (customer) where state = 'open';
    create view shop.open_orders as select id from shop.orders where state = 'open';
    create materialized view shop.totals as select sum(total) as total from shop.orders;
    create trigger touch before update on shop.customers for each row execute function shop.touch();
    create sequence shop.numbers start 100;
    create table shop.log (at timestamptz not null) partition by range (at);
    create table shop.log_2026 partition of shop.log for values from ('2026-01-01') to ('2027-01-01');
    alter table shop.orders enable row level security;
    create policy own on shop.orders using (customer is not null);`;

  test('an untouched database has no differences, whether the shadow is PostgreSQL or PGlite', async () => {
    write('0000_everything.sql', everything);
    await steps().migrate();
    await database.script(`create table shop.log_2027 partition of shop.log for values from ('2027-01-01') to ('2028-01-01')`);
    expect((await steps({ shadow }).check()).differences).toEqual([]);
    expect((await steps().check()).differences).toEqual([]);
  });

  test('whatever was changed by hand is told in a sentence', async () => {
    write('0000_everything.sql', everything);
    await steps().migrate();
    await database.script(`
      alter table shop.customers alter name type varchar(10), alter at drop default, alter motto set default 'a  b', drop constraint email_unique, add nickname text;
      alter table shop.orders drop constraint orders_total_check, add constraint orders_total_check check (total > 0), disable row level security;
      drop index shop.orders_open; create index orders_open on shop.orders (customer);
      alter type shop.state add value 'sent';
      create or replace view shop.open_orders as select id from shop.orders;
      drop materialized view shop.totals; drop table shop.log;
      alter table shop.customers disable trigger touch; drop policy own on shop.orders; alter sequence shop.numbers increment 2;
      create or replace function shop.touch() returns trigger language plpgsql as $$ begin return new; end $$;
      create table public.notes (id int primary key);`);
    expect((await steps({ shadow }).check()).differences.map((each) => each.replace(/"[^"]*\$function\$[^"]*"/g, '"..."'))).toEqual([
      'The database lacks the materialized view shop.totals (SELECT sum(total) AS total FROM shop.orders;).',
      'The database lacks the table shop.log (partition by RANGE (at)).',
      'The database lacks the constraint email_unique on shop.customers (UNIQUE (email)).',
      'The database lacks the policy own on shop.orders (* permissive (customer IS NOT NULL)).',
      'No migration makes the table public.notes.',
      'No migration makes the column shop.customers.nickname (text).',
      `The enum shop.state is "'open', 'paid', 'sent'" in the database and "'open', 'paid'" by the migrations.`,
      'The function shop.touch() is "..." in the database and "..." by the migrations.',
      expect.stringMatching(/^The sequence shop\.numbers is "bigint start 100 increment 2 .*" in the database and "bigint start 100 increment 1 .*" by the migrations\.$/),
      'The table shop.orders is "" in the database and "row level security" by the migrations.',
      `The view shop.open_orders is "SELECT id FROM shop.orders;" in the database and "SELECT id FROM shop.orders WHERE (state = 'open'::shop.state);" by the migrations.`,
      'The column shop.customers.at is "timestamp with time zone not null" in the database and "timestamp with time zone not null default now()" by the migrations.',
      `The column shop.customers.motto is "text default 'a  b'::text" in the database and "text default 'a b'::text" by the migrations.`,
      'The column shop.customers.name is "character varying(10)" in the database and "text collate "C"" by the migrations.',
      expect.stringMatching(/^The trigger touch on shop\.customers is ".* \(disabled\)" in the database/),
      'The constraint orders_total_check on shop.orders is "CHECK ((total > (0)::numeric))" in the database and "CHECK ((total >= (0)::numeric))" by the migrations.',
      expect.stringMatching(/^The index orders_open on shop\.orders is /),
    ]);
  });

  test('an index of an extension is compared like any other, and a shadow on PGlite has the extensions that it is given', async () => {
    write('0000_people.sql', `create extension pg_trgm; create table people (name text not null); create index people_text on people using gin (name gin_trgm_ops, lower(name) gin_trgm_ops);`);
    await steps().migrate();
    expect((await steps().check()).differences).toEqual([]);
    expect((await steps({ shadow }).check()).differences).toEqual([]);
    await database.script('drop index people_text; create index people_text on people using gin (name gin_trgm_ops)');
    expect((await steps().check()).differences).toEqual([
      'The index people_text on public.people is "CREATE INDEX people_text ON public.people USING gin (name public.gin_trgm_ops)" in the database and "CREATE INDEX people_text ON public.people USING gin (name public.gin_trgm_ops, lower(name) public.gin_trgm_ops)" by the migrations.',
    ]);

    await database.script('drop index people_text; create index people_text on people using gin (name gin_trgm_ops, lower(name) gin_trgm_ops)');
    write('0001_words.sql', 'create extension citext; alter table people add word citext;');
    await steps().migrate();
    await expect(steps().check()).rejects.toMatchObject({ code: 'SHADOW_UNUSABLE', message: expect.stringContaining('PGlite with its extensions') });
    expect((await steps({ shadow: () => pgliteDatabase({ folder: 'memory', extensions: { citext } }) }).check()).differences).toEqual([]);
  });

  test('a shadow database that is not empty, or in which the files fail, is no measure', async () => {
    write('0000_users.sql', 'create table users ();');
    await steps().migrate();
    await expect(steps({ shadow: () => postgresDatabase({ url }) }).check()).rejects.toMatchObject({ code: 'SHADOW_UNUSABLE', message: 'The shadow database is not empty: it has the table public.users.' });
    await database.script('create table base ()');
    write('0001_base.sql', 'alter table base add a int;');
    await steps().migrate();
    await expect(steps({ shadow }).check()).rejects.toMatchObject({ code: 'SHADOW_UNUSABLE', message: expect.stringMatching(/^In the empty shadow database, 0001_base\.sql failed in statement 1 of 1, line 1: relation "base" does not exist\./) });
  });

  test('a folder as drizzle-kit generates it is applied, step by step, and the check finds it in order', async () => {
    // Within the workspace, so that the schema finds drizzle-orm.
    mkdirSync(join(root, 'tmp'), { recursive: true });
    const folder = mkdtempSync(join(root, 'tmp', 'drizzle-kit-'));
    try {
      const { migrate, check } = steps({ directory: join(folder, 'out'), shadow });
      const users = `export const users = pgTable('users', { id: uuid().primaryKey().defaultRandom(), email: text().notNull().unique() });\n`;
      generate(folder, 'first', users);
      expect(await migrate()).toEqual(['0000_first.sql']);
      generate(folder, 'second', `${users}export const state = pgEnum('state', ['open', 'paid']);
        export const orders = pgTable('orders', {
          id: integer().primaryKey().generatedAlwaysAsIdentity(), user: uuid().references(() => users.id), state: state().notNull(), at: timestamp({ withTimezone: true }).defaultNow(),
        }, (t) => [index().on(t.user)]);`);
      expect(await migrate()).toEqual(['0001_second.sql']);
      await database.script(`with u as (insert into users (email) values ('a') returning id) insert into orders ("user", state) select id, 'open' from u`);
      expect(await rows('select statements from _migrations order by name')).toEqual([{ statements: 1 }, { statements: 4 }]);
      expect(await check()).toMatchObject({ ok: true, differences: [] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
