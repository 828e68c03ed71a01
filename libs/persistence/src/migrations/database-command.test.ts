import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { sql } from 'drizzle-orm/sql/sql';
import { manualClock } from '@org/enterprise-kernel';
import { pgliteDatabase } from '../drivers/pglite.js';
import { databaseCommand, type DatabaseCommandOptions } from './database-command.js';

// PGlite and PostgreSQL take seconds to start, and more on a busy machine.
jest.setTimeout(30_000);

const program = fileURLToPath(new URL('../../fixtures/db.mjs', import.meta.url));
// The workspace's own, whatever runs the tests: it has to understand TypeScript.
const node = fileURLToPath(new URL('../../../../node_modules/.bin/node', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'database-command-'));
const database = pgliteDatabase({ folder: join(folder, 'data') });
const second = pgliteDatabase({ folder: 'memory' });
afterAll(async () => {
  await Promise.all([database.close(), second.close()]);
  rmSync(folder, { recursive: true });
});

const directory = join(folder, 'migrations');
beforeEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  write('0000_users.sql', 'create table users (id int primary key);');
  write('0001_orders.sql', 'create table orders (id int primary key);');
  await database.script('drop schema public cascade; create schema public');
});
const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);

/** Stays open: PGlite takes seconds to start. */
const shadow = async () => {
  await second.script('drop schema public cascade; create schema public');
  return { ...second, [Symbol.asyncDispose]: async () => {} };
};

/** Runs a command and returns its exit code and what it wrote; times are left out. */
async function run(argv: string[], options: Partial<DatabaseCommandOptions> = {}) {
  let [out, err, closed] = ['', '', 0];
  const open = () => ({ ...database, [Symbol.asyncDispose]: async () => { closed++; } });
  const code = await databaseCommand({ database: open, migrations: { directory, shadow, clock: manualClock() }, ...options })
    .run(argv, { stdout: { write: (text) => { out += text; } }, stderr: { write: (text) => { err += text; } } });
  return { code, out: out.replace(/\d+(\.\d+)? m?s$/gm, 'N ms'), err: err.replace(/\d+(\.\d+)? m?s$/gm, 'N ms'), closed };
}

test('migrate prints a line for each file, and status a table', async () => {
  expect(await run(['migrate'])).toEqual({ code: 0, out: '[1/2] 0000_users.sql  N ms\n[2/2] 0001_orders.sql  N ms\n2 migrations applied.\n', err: '', closed: 1 });
  expect(await run(['migrate'])).toMatchObject({ code: 0, out: 'Nothing to do: the database is up to date.\n' });
  write('0000_late.sql', 'select 1;');
  write('0002_next.sql', 'select 1;');
  write('0001_orders.sql', 'select 1; -- edited');
  rmSync(join(directory, '0000_users.sql'));
  expect(await run(['status'])).toEqual({
    code: 0, err: '', closed: 1,
    out: '0000_late.sql    pending\n'
      + '0000_users.sql   unknown  applied, but not in the folder\n'
      + '0001_orders.sql  changed  edited after it had been applied\n'
      + '0002_next.sql    pending\n',
  });
});

test('status says when something was applied, and what was merged late', async () => {
  await run(['migrate']);
  write('0000_late.sql', 'select 1;');
  expect((await run(['status'])).out).toBe('0000_late.sql    pending  comes before one that was applied\n'
    + '0000_users.sql   applied  2026-01-01T00:00:00.000Z, took N ms\n'
    + '0001_orders.sql  applied  2026-01-01T00:00:00.000Z, took N ms\n');
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  await database.script('drop table _migrations');
  expect((await run(['status'])).out).toBe('There are no migrations.\n');
});

test('check fails for what is pending and for what differs, and tells of both', async () => {
  await run(['migrate']);
  expect(await run(['check'])).toEqual({ code: 0, out: 'In order: 2 migrations applied, and the database is what they make.\n', err: '', closed: 1 });
  await database.script('alter table users add name text');
  expect(await run(['check'])).toEqual({ code: 1, out: '', err: '- No migration makes the column public.users.name (text).\n', closed: 1 });
  await database.script('alter table users drop name');
  write('0002_next.sql', 'select 1;');
  expect(await run(['check'])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('0002_next.sql    pending\n') });
});

test('a failure is one line with its code, exit code 1, and a closed database', async () => {
  write('0001_orders.sql', 'create tabel orders ();');
  expect(await run(['migrate'])).toEqual({
    code: 1, closed: 1, out: '[1/2] 0000_users.sql  N ms\n',
    err: 'MIGRATION_FAILED: 0001_orders.sql failed in statement 1 of 1, line 1: syntax error at or near "tabel". Nothing of this file was kept.\n',
  });
  const failed = await run(['status'], { database: () => { throw new Error('no settings'); } });
  expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('no settings') });
});

test('seed runs on a current schema only, and shows how far it is', async () => {
  const seed: DatabaseCommandOptions['seed'] = async (db, progress) => {
    const bar = progress('users', 2);
    for (const id of [1, 2]) {
      await db.orm.execute(sql`insert into users values (${id})`);
      bar.advance();
    }
  };
  expect(await run(['seed'], { seed })).toMatchObject({ code: 1, err: expect.stringMatching(/^SCHEMA_OLDER: .*0000_users\.sql/) });
  await run(['migrate']);
  expect(await run(['seed'], { seed })).toEqual({ code: 0, out: 'users 0 % (0 of 2)\nusers 50 % (1 of 2)\nusers 100 % (2 of 2)\n', err: '', closed: 1 });
  expect((await database.orm.execute(sql`select id from users`)).rows).toEqual([{ id: 1 }, { id: 2 }]);
});

test('arguments that mean nothing are answered with the usage and exit code 2', async () => {
  const usage = 'Commands:\n  migrate  applies the migrations that are pending\n  status   shows which migrations were applied and which are pending\n  check    fails unless the database is what the migrations make\n';
  expect(await run([])).toEqual({ code: 2, out: '', err: `A command is missing.\n${usage}`, closed: 0 });
  expect(await run(['seed'])).toMatchObject({ code: 2, err: `There is no command "seed".\n${usage}` });
  expect(await run(['toString'])).toMatchObject({ code: 2, err: `There is no command "toString".\n${usage}` });
  expect(await run(['status', '--now'])).toMatchObject({ code: 2, err: `"status" takes no arguments.\n${usage}` });
  expect(await run(['--help'], { seed: async () => {} })).toEqual({ code: 0, out: `${usage}  seed     fills the database with data\n`, err: '', closed: 0 });
});

test('a command against a PGlite folder that is in use fails clearly', () => {
  const { status, stdout, stderr } = spawnSync(node, ['--disable-warning=ExperimentalWarning', '--conditions=@org/source', program, 'migrate'], {
    env: { PATH: process.env['PATH'], DATABASE_FOLDER: join(folder, 'data'), MIGRATIONS: directory }, encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^DATABASE_LOCKED: The database folder .* is in use by process ${process.pid} on .*\\n$`));
});
