import { defineError, typedDetails } from '@org/enterprise-kernel';

/** The folder of migrations cannot be read, or holds what is no migration. */
export const MigrationFolderInvalid = defineError('MIGRATION_FOLDER_INVALID', { kind: 'internal', title: 'The folder of migrations is not in order.' });

/** A file that was applied has another content now. */
export const MigrationChanged = defineError('MIGRATION_CHANGED', {
  kind: 'internal',
  title: 'A migration was changed after it had been applied.',
  details: typedDetails<{ readonly files: readonly string[] }>(),
});

/** A statement of a migration failed. */
export const MigrationFailed = defineError('MIGRATION_FAILED', {
  kind: 'internal',
  title: 'A migration failed.',
  details: typedDetails<{
    readonly file: string;
    /** Counted from 1; `undefined` where none of them is to blame. */
    readonly statement: number | undefined;
    /** In the file, counted from 1. */
    readonly line: number | undefined;
  }>(),
});

/** Another runner holds the lock for longer than this one waits. */
export const MigrationLocked = defineError('MIGRATION_LOCKED', { kind: 'unavailable', title: 'Another process is migrating the database.' });

/** The database lacks migrations that this code needs. */
export const SchemaOlder = defineError('SCHEMA_OLDER', {
  kind: 'unavailable',
  title: 'The database schema is older than the code.',
  details: typedDetails<{ readonly files: readonly string[] }>(),
});

/** The database has had migrations that this code does not know. */
export const SchemaNewer = defineError('SCHEMA_NEWER', {
  kind: 'unavailable',
  title: 'The database schema is newer than the code.',
  details: typedDetails<{ readonly files: readonly string[] }>(),
});

/** The check for drift has no empty database to build the schema in. */
export const ShadowUnusable = defineError('SHADOW_UNUSABLE', { kind: 'internal', title: 'The schema cannot be built in the shadow database.' });

export type MigrationErrorCode =
  | 'MIGRATION_FOLDER_INVALID'
  | 'MIGRATION_CHANGED'
  | 'MIGRATION_FAILED'
  | 'MIGRATION_LOCKED'
  | 'SCHEMA_OLDER'
  | 'SCHEMA_NEWER'
  | 'SHADOW_UNUSABLE';
