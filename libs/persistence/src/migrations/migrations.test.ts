import { mkdtempSync, rmSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@org/enterprise-kernel';
import { jest } from '@jest/globals';
import { sql } from 'drizzle-orm/sql/sql';
import { pgliteDatabase } from '../drivers/pglite.js';
import { migrations, type MigrationProgress, type MigrationsOptions } from './migrations.js';

// PGlite and PostgreSQL take seconds to start, and more on a busy machine.
jest.setTimeout(30_000);

const database = pgliteDatabase({ folder: 'memory' });
afterAll(() => database.close());

let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'migrations-'));
  await database.script('drop schema if exists meta cascade; drop schema public cascade; create schema public');
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
const steps = (options: Partial<MigrationsOptions> = {}) => migrations(database, { directory, ...options });
const rows = async (text: string): Promise<Record<string, unknown>[]> => (await database.orm.execute(sql.raw(text))).rows;
const tables = async () => (await rows(`select tablename as name from pg_tables where schemaname = 'public' order by 1`)).map(({ name }) => name);

const users = 'create table users (id int primary key, email text not null);\n';
const orders = 'create table orders (id int primary key);--> statement-breakpoint\ninsert into orders values (1);\n';

test('what is pending is applied in order, once, with its progress and a record of it', async () => {
  write('0000_users.sql', users);
  write('0001_orders.sql', orders);
  const progress: MigrationProgress[] = [];
  const clock = manualClock();
  const { migrate, status } = steps({ clock, onProgress: (each) => progress.push(each) });

  expect(await status()).toEqual({ applied: [], pending: [{ file: '0000_users.sql', late: false }, { file: '0001_orders.sql', late: false }], changed: [], unknown: [] });
  expect(await tables()).toEqual([]); // asking leaves no trace

  expect(await migrate()).toEqual(['0000_users.sql', '0001_orders.sql']);
  expect(progress).toMatchObject([{ file: '0000_users.sql', index: 1, total: 2 }, { file: '0001_orders.sql', index: 2, total: 2 }]);
  expect(progress[0]!.milliseconds).toBeGreaterThanOrEqual(0);
  expect(await rows('select name, length(hash) as hash, statements from _migrations order by name')).toEqual([
    { name: '0000_users.sql', hash: 64, statements: 1 }, { name: '0001_orders.sql', hash: 64, statements: 2 },
  ]);

  expect(await migrate()).toEqual([]);
  expect(await rows('select * from orders')).toEqual([{ id: 1 }]);
  expect(await status()).toMatchObject({ applied: [{ file: '0000_users.sql', appliedAt: new Date(clock.now()) }, { file: '0001_orders.sql' }], pending: [] });
});

test('a migration of a branch that was merged late is applied', async () => {
  write('0000_users.sql', users);
  write('0002_orders.sql', orders);
  await steps().migrate();
  write('0001_late.sql', 'create table late ();');
  expect((await steps().status()).pending).toEqual([{ file: '0001_late.sql', late: true }]);
  expect(await steps().migrate()).toEqual(['0001_late.sql']);
  expect(await tables()).toContain('late');
});

test('a file that was edited after being applied is refused by name, before anything else is applied', async () => {
  write('0000_users.sql', users);
  await steps().migrate();
  write('0000_users.sql', users.replace('email text', 'email citext'));
  write('0001_orders.sql', orders);
  const refusal = { code: 'MIGRATION_CHANGED', details: { files: ['0000_users.sql'] }, message: expect.stringContaining('0000_users.sql changed after being applied.') };
  await expect(steps().migrate()).rejects.toMatchObject(refusal);
  await expect(steps().assertCurrent()).rejects.toMatchObject(refusal);
  expect((await steps().status()).changed).toEqual(['0000_users.sql']);
  expect(await tables()).toEqual(['_migrations', 'users']);
});

test('a schema that is newer than the code is refused, unless the start allows it', async () => {
  write('0000_users.sql', users);
  write('0001_orders.sql', orders);
  await steps().migrate();
  unlinkSync(join(directory, '0001_orders.sql'));
  const refusal = { code: 'SCHEMA_NEWER', kind: 'unavailable', details: { files: ['0001_orders.sql'] } };
  await expect(steps().migrate()).rejects.toMatchObject(refusal);
  await expect(steps().assertCurrent()).rejects.toMatchObject(refusal);
  await steps().assertCurrent({ allowNewer: true });
  expect((await steps().status()).unknown).toEqual(['0001_orders.sql']);
});

test('a schema that is older than the code is refused with the command that helps', async () => {
  write('0000_users.sql', users);
  const { assertCurrent, migrate } = steps({ command: 'npm run db migrate' });
  await expect(assertCurrent({ allowNewer: true })).rejects.toMatchObject({
    code: 'SCHEMA_OLDER', kind: 'unavailable', details: { files: ['0000_users.sql'] },
    message: 'The database schema is older than this code: 0000_users.sql was not applied. Run npm run db migrate.',
  });
  await migrate();
  await assertCurrent();
});

test('a file that got another number in a merge is known by its content', async () => {
  write('0000_users.sql', users);
  write('0001_orders.sql', orders);
  await steps().migrate();
  renameSync(join(directory, '0001_orders.sql'), join(directory, '0002_orders.sql'));
  write('0001_late.sql', 'create table late ();');
  await expect(steps().assertCurrent()).rejects.toMatchObject({ code: 'SCHEMA_OLDER', details: { files: ['0001_late.sql'] } });
  expect(await steps().migrate()).toEqual(['0001_late.sql']);
  expect((await rows('select name from _migrations order by name')).map(({ name }) => name)).toEqual(['0000_users.sql', '0001_late.sql', '0002_orders.sql']);
});

test('a failing migration is undone and says where it failed; after a repair the rest is applied', async () => {
  write('0000_users.sql', users);
  write('0001_orders.sql', 'create table orders (id int);\n--> statement-breakpoint\ninsert into users\n  values (1, \'a\'),\n  (2, nowhere);\n');
  write('0002_last.sql', 'create table last ();');
  await expect(steps().migrate()).rejects.toMatchObject({
    code: 'MIGRATION_FAILED', details: { file: '0001_orders.sql', statement: 2, line: 5 },
    message: '0001_orders.sql failed in statement 2 of 2, line 5: column "nowhere" does not exist. Nothing of this file was kept.',
    cause: { code: 'DATABASE_STATEMENT_FAILED' },
  });
  expect(await tables()).toEqual(['_migrations', 'users']);
  expect(await steps().status()).toMatchObject({ applied: [{ file: '0000_users.sql' }], pending: [{ file: '0001_orders.sql' }, { file: '0002_last.sql' }] });

  write('0001_orders.sql', orders);
  expect(await steps().migrate()).toEqual(['0001_orders.sql', '0002_last.sql']);
});

test('a deferred constraint that fails at the commit fails the migration', async () => {
  write('0000_deferred.sql', 'create table a (id int primary key, b int references a deferrable initially deferred);--> statement-breakpoint\ninsert into a values (1, 2);');
  await expect(steps().migrate()).rejects.toMatchObject({ code: 'MIGRATION_FAILED', details: { statement: undefined }, message: expect.stringMatching(/^0000_deferred\.sql failed at its end: .*violates foreign key/) });
  expect(await tables()).toEqual(['_migrations']);
});

test('a file that ends its own transaction does not pass for applied', async () => {
  write('0000_commit.sql', 'create table a ();--> statement-breakpoint\ncommit;--> statement-breakpoint\nbegin;');
  await expect(steps().migrate()).rejects.toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('0000_commit.sql ends the transaction that it runs in') });
  expect((await steps().status()).pending).toHaveLength(1);
});

test('settings that a file leaves behind reach neither the next file nor the application', async () => {
  write('0000_path.sql', `set search_path = ''; set statement_timeout = 7;`);
  write('0001_users.sql', users);
  await steps().migrate();
  expect(await tables()).toContain('users');
  expect(await rows('show statement_timeout')).toEqual([{ statement_timeout: '0' }]);
});

test('the table can be elsewhere, under any name', async () => {
  write('0000_users.sql', users);
  await steps({ schema: 'meta', table: 'what "was" applied' }).migrate();
  expect(await rows('select name from meta."what ""was"" applied"')).toEqual([{ name: '0000_users.sql' }]);
  expect(await tables()).toEqual(['users']);
});

test('the check compares the database with what the applied files make in an empty PGlite', async () => {
  write('0000_users.sql', users);
  write('0001_index.sql', '-- no transaction\ncreate index concurrently users_email on users (email);');
  await steps().migrate();
  await database.script('alter table users alter email drop not null; drop index users_email');
  write('0002_pending.sql', orders);
  expect(await steps().check()).toMatchObject({
    ok: false,
    status: { pending: [{ file: '0002_pending.sql' }] },
    differences: [
      'The database lacks the index users_email on public.users (CREATE INDEX users_email ON public.users USING btree (email)).',
      'The column public.users.email is "text" in the database and "text not null" by the migrations.',
    ],
  });
});
