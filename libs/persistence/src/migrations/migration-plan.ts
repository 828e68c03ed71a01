import type { MigrationFile } from './migration-files.js';
import type { MigrationRecord } from './migration-records.js';
import { MigrationChanged, SchemaNewer } from './migrations.errors.js';

export interface MigrationStatus {
  /** Applied and unchanged, in the order of the files. */
  readonly applied: readonly AppliedMigration[];
  /** Not applied yet, in the order in which `migrate` applies them. */
  readonly pending: readonly PendingMigration[];
  /** Names of files whose content is not what was applied. */
  readonly changed: readonly string[];
  /** Names of migrations that were applied and are not in the folder. */
  readonly unknown: readonly string[];
}

export interface AppliedMigration {
  readonly file: string;
  readonly appliedAt: Date;
  readonly milliseconds: number;
}

export interface PendingMigration {
  readonly file: string;
  /** Whether a file that comes after it is applied already, as when a branch was merged late. */
  readonly late: boolean;
}

/** What is to be done about the files, seen what was recorded. */
export interface MigrationPlan {
  readonly status: MigrationStatus;
  readonly files: { readonly applied: readonly MigrationFile[]; readonly pending: readonly MigrationFile[] };
  /** Applied under another name, such as the number that the file had before a merge. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

/** Compares the files with what was recorded: by name, and by content for files that were renamed. */
export function planMigrations(files: readonly MigrationFile[], records: readonly MigrationRecord[]): MigrationPlan {
  const recordOf = new Map(records.map((record) => [record.name, record]));
  const fileNames = new Set(files.map(({ name }) => name));
  const orphans = records.filter(({ name }) => !fileNames.has(name));
  const renamed: { from: string; to: string }[] = [];
  const applied: { file: MigrationFile; record: MigrationRecord }[] = [];
  const pending: MigrationFile[] = [];
  const changed: string[] = [];

  for (const file of files) {
    const record = recordOf.get(file.name);
    const moved = record ? -1 : orphans.findIndex(({ hash }) => hash === file.hash);
    if (record && record.hash === file.hash) applied.push({ file, record });
    else if (record) changed.push(file.name);
    else if (moved >= 0) {
      const [old] = orphans.splice(moved, 1);
      applied.push({ file, record: old! });
      renamed.push({ from: old!.name, to: file.name });
    } else pending.push(file);
  }
  const last = files.findLastIndex((file) => applied.some((each) => each.file === file));
  return {
    status: {
      applied: applied.map(({ file, record: { appliedAt, milliseconds } }) => ({ file: file.name, appliedAt, milliseconds })),
      pending: pending.map((file) => ({ file: file.name, late: files.indexOf(file) < last })),
      changed,
      unknown: orphans.map(({ name }) => name),
    },
    files: { applied: applied.map(({ file }) => file), pending },
    renamed,
  };
}

/** @throws MIGRATION_CHANGED */
export function refuseChanged({ changed }: MigrationStatus): void {
  if (changed.length === 0) return;
  throw new MigrationChanged({ files: changed }, {
    message: `${changed.join(', ')} changed after being applied. Restore what was applied and put the change into a new migration.`,
  });
}

/** @throws SCHEMA_NEWER */
export function refuseUnknown({ unknown }: MigrationStatus): void {
  if (unknown.length === 0) return;
  throw new SchemaNewer({ files: unknown }, {
    message: `The database schema is newer than this code: ${unknown.join(', ')} was applied and is not in the folder of migrations. Deploy the code that has it.`,
  });
}
