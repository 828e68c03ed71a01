import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm/sql/sql';
import { pgliteDatabase } from '../drivers/pglite.js';
import { migrations } from './migrations.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
// Within the workspace, so that the schema finds drizzle-orm.
mkdirSync(join(root, 'tmp'), { recursive: true });
const folder = mkdtempSync(join(root, 'tmp', 'drizzle-kit-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the schema and lets drizzle-kit generate what is new in it. */
function generate(name: string, schema: string): void {
  writeFileSync(join(folder, 'schema.ts'), `import { index, integer, pgEnum, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';\n${schema}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [
    join(root, 'node_modules/drizzle-kit/bin.cjs'), 'generate', '--dialect', 'postgresql', '--schema', './schema.ts', '--out', './out', '--name', name,
  ], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout + stderr);
}

test('a folder as drizzle-kit generates it is applied, step by step, and the check finds it in order', async () => {
  const state = `export const state = pgEnum('state', ['open', 'paid']);\n`;
  const users = `export const users = pgTable('users', { id: uuid().primaryKey().defaultRandom(), email: text().notNull().unique() });\n`;
  const orders = `export const orders = pgTable('orders', {
    id: integer().primaryKey().generatedAlwaysAsIdentity(), user: uuid().references(() => users.id), state: state().notNull(), at: timestamp({ withTimezone: true }).defaultNow(),
  }, (t) => [index().on(t.user)]);`;
  await using database = pgliteDatabase({ folder: 'memory' });
  const { migrate, check } = migrations(database, { directory: join(folder, 'out') });

  generate('first', users);
  expect(await migrate()).toEqual(['0000_first.sql']);
  generate('second', state + users + orders);
  expect(await migrate()).toEqual(['0001_second.sql']);

  await database.orm.execute(sql`with u as (insert into users (email) values ('a') returning id) insert into orders ("user", state) select id, 'open' from u`);
  expect((await database.orm.execute(sql`select statements from _migrations order by name`)).rows).toEqual([{ statements: 1 }, { statements: 4 }]);
  expect(await check()).toMatchObject({ ok: true, differences: [] });
}, 20_000);
