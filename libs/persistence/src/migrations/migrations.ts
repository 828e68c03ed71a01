import { noopLogger, systemClock, toMilliseconds, type Clock, type Duration, type Logger } from '@org/enterprise-kernel';
import type { Database } from '../database.js';
import type { Connection } from '../driver.js';
import { applyMigration } from './apply-migration.js';
import { readCatalog } from './catalog.js';
import { readMigrationFiles } from './migration-files.js';
import { withMigrationLock } from './migration-lock.js';
import { planMigrations, refuseChanged, refuseUnknown, type MigrationPlan, type MigrationStatus } from './migration-plan.js';
import { migrationRecords, type MigrationTable } from './migration-records.js';
import { SchemaOlder } from './migrations.errors.js';
import { schemaDifferences } from './schema-differences.js';
import { catalogOfShadow } from './shadow.js';

export interface MigrationsOptions {
  /** The folder of `NNNN_name.sql` files, as drizzle-kit writes them. */
  readonly directory: string | URL;
  /** Where it is kept what was applied. @default _migrations */
  readonly table?: string;
  /** Of that table; it is created if there is none. @default public */
  readonly schema?: string;
  /** How long to wait for another runner. @default 1 min */
  readonly lockWait?: Duration;
  /** How long the server lets one statement of a migration run. @default without limit */
  readonly statementTimeout?: Duration;
  /** Makes an empty database in which `check` builds the schema, and which it closes. @default PGlite in memory */
  readonly shadow?: () => Database | Promise<Database>;
  /** What the operator types to migrate; named where the schema is too old. @default the `migrate` command of the application */
  readonly command?: string;
  /** Called after each file. */
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Called once when another runner is at work and this one begins to wait. */
  readonly onWaiting?: () => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
}

export interface MigrationProgress {
  readonly file: string;
  /** Counted from 1. */
  readonly index: number;
  readonly total: number;
  /** How long the file took. */
  readonly milliseconds: number;
}

export interface MigrationCheck {
  /** Whether nothing is pending, changed, unknown or different. */
  readonly ok: boolean;
  readonly status: MigrationStatus;
  /** How the database differs from what the applied files make, one sentence each. Files that changed or are unknown are not looked into. */
  readonly differences: readonly string[];
}

export interface Migrations {
  /** Compares the files with what was recorded. Writes nothing. */
  status(): Promise<MigrationStatus>;
  /**
   * Applies what is pending, in the order of the files, and returns the names. A file runs in a transaction, together with
   * the note that it was applied, unless its first line is `-- no transaction`. On PostgreSQL one runner works at a time.
   * @throws MIGRATION_CHANGED, SCHEMA_NEWER, MIGRATION_FAILED, MIGRATION_LOCKED, MIGRATION_FOLDER_INVALID
   */
  migrate(): Promise<readonly string[]>;
  /**
   * Compares the files with what was recorded, and the database with what the applied files make in an empty one.
   * @throws SHADOW_UNUSABLE, MIGRATION_FOLDER_INVALID
   */
  check(): Promise<MigrationCheck>;
  /**
   * Refuses a database that is not at the state of this code; for the start of an application.
   * @throws SCHEMA_OLDER, SCHEMA_NEWER, MIGRATION_CHANGED, MIGRATION_FOLDER_INVALID
   */
  assertCurrent(options?: AssertCurrentOptions): Promise<void>;
}

export interface AssertCurrentOptions {
  /** Takes a schema that is newer, as when the old release still runs while the new one has migrated. @default false */
  readonly allowNewer?: boolean;
}

/** Makes what brings the schema of a database to the state of a folder of SQL files, by their content. */
export function migrations(database: Database, options: MigrationsOptions): Migrations {
  const { table = '_migrations', schema = 'public', clock = systemClock, logger = noopLogger, lockWait = { minutes: 1 }, command = "the application's migrate command" } = options;
  const records: MigrationTable = { schema, table };

  const planOn = async (connection: Connection): Promise<MigrationPlan> => planMigrations(await readMigrationFiles(options.directory), await migrationRecords(connection, records).list());
  const status = async (): Promise<MigrationStatus> => (await database.withConnection(planOn)).status;

  const locked = <R>(connection: Connection, body: () => Promise<R>): Promise<R> => {
    // A folder of PGlite belongs to one process anyway, and to one connection of it.
    if (database.driver === 'pglite') return body();
    return withMigrationLock(connection, {
      table: records, wait: lockWait, clock,
      onWaiting() {
        logger.info('Waiting for another process that is migrating the database.');
        options.onWaiting?.();
      },
    }, body);
  };

  return {
    status,
    migrate: () => database.withConnection((connection) => locked(connection, async () => {
      const known = migrationRecords(connection, records);
      const { status: found, files: { pending }, renamed } = await planOn(connection);
      refuseChanged(found);
      refuseUnknown(found);
      await known.create();
      for (const { from, to } of renamed) await known.rename(from, to);
      for (const { file, late } of found.pending) if (late) logger.warn('A migration comes before one that was applied already.', { file });
      try {
        for (const [index, file] of pending.entries()) {
          await connection.script(settings(options));
          const started = performance.now();
          await applyMigration(connection, file, () => known.add({
            name: file.name, hash: file.hash, appliedAt: new Date(clock.now()), milliseconds: performance.now() - started, statements: file.statements.length,
          }));
          const progress = { file: file.name, index: index + 1, total: pending.length, milliseconds: Math.round(performance.now() - started) };
          logger.info('A migration was applied.', { ...progress });
          options.onProgress?.(progress);
        }
      } finally {
        if (!connection.broken) await connection.script('reset all');
      }
      return pending.map(({ name }) => name);
    })),

    async check() {
      const [{ status: found, files }, actual] = await database.withConnection(async (connection) => [await planOn(connection), await readCatalog(connection, records)]);
      const comparable = found.changed.length === 0 && found.unknown.length === 0;
      const differences = comparable ? schemaDifferences(actual, await catalogOfShadow(files.applied, { table: records, shadow: options.shadow })) : [];
      return { ok: comparable && found.pending.length === 0 && differences.length === 0, status: found, differences };
    },

    async assertCurrent({ allowNewer = false } = {}) {
      const found = await status();
      refuseChanged(found);
      if (!allowNewer) refuseUnknown(found);
      if (found.pending.length === 0) return;
      const files = found.pending.map(({ file }) => file);
      throw new SchemaOlder({ files }, { message: `The database schema is older than this code: ${files.join(', ')} was not applied. Run ${command}.` });
    },
  };
}

// Before each file, as the one before it may have changed settings. A lock time-out stays, so that a migration gives up
// rather than keep everyone waiting who comes after it.
function settings({ statementTimeout }: MigrationsOptions): string {
  return `reset all; set statement_timeout = ${statementTimeout ? Math.ceil(toMilliseconds(statementTimeout)) : 0}; set idle_in_transaction_session_timeout = 0`;
}
