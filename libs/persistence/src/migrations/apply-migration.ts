import type { Connection } from '../driver.js';
import type { MigrationFile, MigrationStatement } from './migration-files.js';
import { MigrationFailed } from './migrations.errors.js';

/**
 * Runs the statements of a file and then `record`: all in one transaction, or one by one where the file says so.
 * @throws MIGRATION_FAILED
 */
export async function applyMigration(connection: Connection, file: MigrationFile, record: () => Promise<void>): Promise<void> {
  if (!file.transactional) {
    await runStatements(connection, file);
    return record();
  }
  await connection.script('begin');
  try {
    const before = await transactionId(connection);
    await runStatements(connection, file);
    if ((await transactionId(connection)) !== before) {
      throw new MigrationFailed({ file: file.name, statement: undefined, line: undefined }, {
        message: `${file.name} ends the transaction that it runs in, so what it did before stays. Remove its begin, commit and rollback.`,
      });
    }
    await record();
    await connection.script('commit');
  } catch (error) {
    // What failed is what has to be known; a lost connection is rolled back by the server.
    if (!connection.broken) await connection.script('rollback').catch(() => connection.close());
    throw MigrationFailed.is(error) ? error : failed(file, error);
  }
}

async function runStatements(connection: Connection, file: MigrationFile): Promise<void> {
  for (const [index, statement] of file.statements.entries()) {
    try {
      await connection.script(statement.text);
    } catch (error) {
      throw failed(file, error, index);
    }
  }
}

async function transactionId(connection: Connection): Promise<string> {
  const { rows } = await connection.query({ text: 'select pg_current_xact_id()::text as id', prepared: false, rows: 'objects' }, []);
  return rows[0].id;
}

function failed(file: MigrationFile, cause: unknown, index?: number): Error {
  const statement = index === undefined ? undefined : file.statements[index];
  const line = statement && lineOf(statement, cause);
  const where = statement ? `${file.name} failed in statement ${index! + 1} of ${file.statements.length}, line ${line}` : `${file.name} failed at its end`;
  const kept = file.transactional ? 'Nothing of this file was kept.'
    : index ? `It runs without a transaction: its first ${index === 1 ? 'statement' : `${index} statements`} took effect.`
    : 'It runs without a transaction: look at what it left behind, such as an invalid index.';
  return new MigrationFailed({ file: file.name, statement: statement && index! + 1, line }, { message: `${where}: ${serverSays(cause)} ${kept}`, cause });
}

interface Said { readonly message: string; readonly position?: string | number; readonly detail?: string; readonly cause?: unknown }

/** The innermost cause: here, its text is meant for the person who runs migrations, so values of rows may be in it. */
function innermost(error: unknown): Said {
  let said = error as Said;
  while (said.cause instanceof Object && 'message' in said.cause) said = said.cause as Said;
  return said;
}

function serverSays(cause: unknown): string {
  const { message, detail } = innermost(cause);
  return [message, detail].filter(Boolean).map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`)).join(' ');
}

function lineOf({ text, line }: MigrationStatement, cause: unknown): number {
  const position = Number(innermost(cause).position ?? 0);
  // Counted in characters, not in UTF-16 units, from 1.
  return position > 0 ? line + [...text].slice(0, position - 1).filter((each) => each === '\n').length : line;
}
