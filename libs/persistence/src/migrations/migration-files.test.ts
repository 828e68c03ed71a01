import { mkdtempSync, mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseMigration, readMigrationFiles } from './migration-files.js';
import { MigrationFolderInvalid } from './migrations.errors.js';

const folder = mkdtempSync(join(tmpdir(), 'migration-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('statements are taken apart at breakpoints, wherever drizzle-kit writes them, and know their line', () => {
  const text = 'create type a as enum (\'x\');--> statement-breakpoint\ncreate table b (\n  id int\n);\n--> statement-breakpoint\n\n-- why\ncreate index on b (id);\n';
  expect(parseMigration('0000_a.sql', text).statements).toEqual([
    { text: "create type a as enum ('x');", line: 1 },
    { text: 'create table b (\n  id int\n);', line: 2 },
    { text: '-- why\ncreate index on b (id);', line: 7 },
  ]);
});

test('parts that hold comments only are no statements, and a file of nothing else is refused', () => {
  expect(parseMigration('0000_a.sql', 'select 1;--> statement-breakpoint\n-- none\n/* none\n */').statements).toHaveLength(1);
  expect(() => parseMigration('0000_a.sql', '-- to be written\n')).toThrow(expect.objectContaining({ code: 'MIGRATION_FOLDER_INVALID', message: 'The migration 0000_a.sql holds no statement.' }));
});

test('the hash is of the text, not of how a system ends its lines or marks its files', () => {
  const { hash } = parseMigration('0000_a.sql', 'select 1;\nselect 2;\n');
  expect(parseMigration('0001_b.sql', '\uFEFFselect 1;\r\nselect 2;\r\n').hash).toBe(hash);
  expect(parseMigration('0000_a.sql', 'select 1;\nselect  2;\n').hash).not.toBe(hash);
});

test('only the first line can switch the transaction off', () => {
  expect(parseMigration('0000_a.sql', '-- no transaction\ncreate index concurrently on a (b);').transactional).toBe(false);
  expect(parseMigration('0000_a.sql', '-- No Transaction\r\nselect 1;').transactional).toBe(false);
  expect(parseMigration('0000_a.sql', 'select 1;\n-- no transaction\n').transactional).toBe(true);
  expect(parseMigration('0000_a.sql', '-- no transaction is needed\nselect 1;').transactional).toBe(true);
});

test('files are in the order of their numbers, then names; folders and other files do not count', async () => {
  const own = join(folder, 'order');
  mkdirSync(join(own, 'meta.sql'), { recursive: true });
  for (const name of ['10000_e.sql', '0002_d.sql', '0002_c.sql', '0001_b.sql', 'README.md']) writeFileSync(join(own, name), 'select 1;');
  expect((await readMigrationFiles(pathToFileURL(own))).map(({ name }) => name)).toEqual(['0001_b.sql', '0002_c.sql', '0002_d.sql', '10000_e.sql']);
});

test('a file without a number is refused, as it would be left out or come at any place', async () => {
  const own = join(folder, 'nameless');
  mkdirSync(own);
  writeFileSync(join(own, 'add_orders.sql'), 'select 1;');
  await expect(readMigrationFiles(own)).rejects.toThrow('add_orders.sql has no place in the order');
});

test('a folder that is not there is named', async () => {
  const gone = join(folder, 'gone');
  const error: unknown = await readMigrationFiles(gone).catch((thrown: unknown) => thrown);
  expect(MigrationFolderInvalid.is(error)).toBe(true);
  expect(error).toMatchObject({ message: `The folder of migrations ${gone} cannot be read.`, cause: { code: 'ENOENT' } });
});
