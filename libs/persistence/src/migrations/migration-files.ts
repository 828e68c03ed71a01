import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationFolderInvalid } from './migrations.errors.js';

/** One file of the folder. */
export interface MigrationFile {
  /** With its ending: `0003_add_orders.sql`. */
  readonly name: string;
  /** SHA-256 of the text, in hexadecimal. */
  readonly hash: string;
  readonly statements: readonly MigrationStatement[];
  /** Whether its statements run in one transaction together with the note that they were applied. */
  readonly transactional: boolean;
}

export interface MigrationStatement {
  readonly text: string;
  /** Where it begins in the file, counted from 1. */
  readonly line: number;
}

const breakpoint = /-->[ \t]*statement-breakpoint/;
const withoutTransaction = /^--\s*no transaction\s*$/i;
const named = /^(\d+)_[\w.-]+\.sql$/;

/**
 * Reads a folder of `NNNN_name.sql`, in the order of the numbers and then of the names. Other files than `.sql` are not
 * looked at, and neither are folders, such as drizzle-kit's `meta`.
 * @throws MIGRATION_FOLDER_INVALID
 */
export async function readMigrationFiles(directory: string | URL): Promise<MigrationFile[]> {
  const folder = directory instanceof URL ? fileURLToPath(directory) : directory;
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new MigrationFolderInvalid(undefined, { message: `The folder of migrations ${folder} cannot be read.`, cause });
  });
  const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.sql')).map(({ name }) => name);
  const nameless = names.filter((name) => !named.test(name));
  if (nameless.length > 0) {
    throw new MigrationFolderInvalid(undefined, { message: `In ${folder}, ${nameless.join(', ')} has no place in the order: the name of a migration is like 0003_add_orders.sql.` });
  }
  return Promise.all(names.sort(byNumberThenName).map(async (name) => parseMigration(name, await readFile(join(folder, name), 'utf8'))));
}

/**
 * Takes the text of a migration apart at drizzle-kit's `--> statement-breakpoint`.
 * @throws MIGRATION_FOLDER_INVALID for a file without a statement
 */
export function parseMigration(name: string, content: string): MigrationFile {
  // git may have written the lines in the way of the system: that is no change.
  const text = content.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const statements: MigrationStatement[] = [];
  let line = 1;
  for (const part of text.split(breakpoint)) {
    const lead = /^\s*/.exec(part)![0];
    const statement = part.trim();
    if (hasSql(statement)) statements.push({ text: statement, line: line + linesIn(lead) });
    line += linesIn(part);
  }
  if (statements.length === 0) throw new MigrationFolderInvalid(undefined, { message: `The migration ${name} holds no statement.` });
  return {
    name,
    hash: createHash('sha256').update(text).digest('hex'),
    statements,
    transactional: !withoutTransaction.test(text.split('\n', 1)[0]!),
  };
}

const linesIn = (text: string): number => text.split('\n').length - 1;

/** Whether there is more than comments. */
const hasSql = (text: string): boolean => text.replace(/--.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '').trim() !== '';

export function byNumberThenName(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : a > b ? 1 : 0);
}
