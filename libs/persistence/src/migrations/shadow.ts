import type { Database } from '../database.js';
import { applyMigration } from './apply-migration.js';
import { readCatalog, type SchemaObject } from './catalog.js';
import type { MigrationFile } from './migration-files.js';
import type { MigrationTable } from './migration-records.js';
import { MigrationFailed, ShadowUnusable } from './migrations.errors.js';

export interface ShadowOptions {
  readonly table: MigrationTable;
  /** Makes an empty database. @default PGlite in memory */
  readonly shadow?: (() => Database | Promise<Database>) | undefined;
}

/**
 * Reads what these files make in an empty database.
 * @throws SHADOW_UNUSABLE
 */
export async function catalogOfShadow(files: readonly MigrationFile[], { table, shadow = pgliteInMemory }: ShadowOptions): Promise<SchemaObject[]> {
  await using database = await shadow();
  // Awaited here: the database is closed when this block is left.
  return await database.withConnection(async (connection) => {
    const [found] = (await readCatalog(connection, table)).filter(({ kind, name }) => !(kind === 'schema' && name === 'public'));
    if (found) throw new ShadowUnusable(undefined, { message: `The shadow database is not empty: it has the ${found.kind} ${found.name}.` });
    try {
      for (const file of files) {
        await connection.script('reset all');
        await applyMigration(connection, file, async () => {});
      }
    } catch (cause) {
      if (!MigrationFailed.is(cause)) throw cause;
      const advice = shadow === pgliteInMemory ? ' Where it needs more than that, give PGlite with its extensions or an empty PostgreSQL database as "shadow".' : '';
      throw new ShadowUnusable(undefined, { message: `In the empty shadow database, ${cause.message}${advice}`, cause });
    }
    return readCatalog(connection, table);
  });
}

async function pgliteInMemory(): Promise<Database> {
  try {
    const { pgliteDatabase } = await import('../drivers/pglite.js');
    return pgliteDatabase({ folder: 'memory', name: 'shadow' });
  } catch (cause) {
    throw new ShadowUnusable(undefined, { message: 'The check needs an empty database: install @electric-sql/pglite, or give one as "shadow".', cause });
  }
}
