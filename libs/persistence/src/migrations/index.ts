export { databaseCommand, type CommandIo, type DatabaseCommand, type DatabaseCommandOptions, type SeedProgress } from './database-command.js';
export type { AppliedMigration, MigrationStatus, PendingMigration } from './migration-plan.js';
export { migrations, type AssertCurrentOptions, type MigrationCheck, type MigrationProgress, type Migrations, type MigrationsOptions } from './migrations.js';
export {
  MigrationChanged, MigrationFailed, MigrationFolderInvalid, MigrationLocked, SchemaNewer, SchemaOlder, ShadowUnusable, type MigrationErrorCode,
} from './migrations.errors.js';
export { progressBar, type Output, type ProgressBar, type ProgressBarOptions } from './progress-bar.js';
