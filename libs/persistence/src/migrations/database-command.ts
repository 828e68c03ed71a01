import { formatMilliseconds, isAppError } from '@org/enterprise-kernel';
import type { Database } from '../database.js';
import { migrations, type Migrations, type MigrationsOptions } from './migrations.js';
import { byNumberThenName } from './migration-files.js';
import type { MigrationStatus } from './migration-plan.js';
import { progressBar, type Output, type ProgressBar } from './progress-bar.js';

export interface DatabaseCommandOptions {
  /** Opens the database; the command closes it. */
  readonly database: () => Database | Promise<Database>;
  readonly migrations: Omit<MigrationsOptions, 'onProgress' | 'onWaiting'>;
  /** Fills the database with data; `progress(label, total)` begins a progress bar. @default there is no command `seed` */
  readonly seed?: (database: Database, progress: SeedProgress) => Promise<void>;
}

export type SeedProgress = (label: string, total: number) => ProgressBar;

export interface CommandIo {
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface DatabaseCommand {
  /**
   * Runs what the arguments after the program's name say, and returns the exit code: 0 when done and in order, 1 when
   * something failed or the check found something, 2 for arguments that mean nothing.
   */
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}

type Action = (database: Database, steps: Migrations, io: CommandIo) => Promise<number>;

/** Makes the command line for the database of an application: `migrate`, `status`, `check` and, where given, `seed`. */
export function databaseCommand({ database: open, migrations: options, seed }: DatabaseCommandOptions): DatabaseCommand {
  const actions: Record<string, { readonly help: string; readonly action: Action }> = {
    migrate: { help: 'applies the migrations that are pending', action: migrate },
    status: { help: 'shows which migrations were applied and which are pending', action: status },
    check: { help: 'fails unless the database is what the migrations make', action: check },
    ...(seed && { seed: { help: 'fills the database with data', action: seedWith(seed) } }),
  };
  const usage = `Commands:\n${Object.entries(actions).map(([name, { help }]) => `  ${name.padEnd(9)}${help}\n`).join('')}`;

  return {
    async run(argv, io) {
      const [name = '', ...more] = argv;
      if (['help', '--help', '-h'].includes(name)) {
        io.stdout.write(usage);
        return 0;
      }
      if (!Object.hasOwn(actions, name) || more.length > 0) {
        const wrong = name === '' ? 'A command is missing.' : Object.hasOwn(actions, name) ? `"${name}" takes no arguments.` : `There is no command "${name}".`;
        io.stderr.write(`${wrong}\n${usage}`);
        return 2;
      }
      try {
        await using database = await open();
        const steps = migrations(database, {
          ...options,
          onProgress: ({ file, index, total, milliseconds }) => io.stdout.write(`[${index}/${total}] ${file}  ${formatMilliseconds(milliseconds)}\n`),
          onWaiting: () => io.stdout.write('Another process is migrating the database; waiting for it.\n'),
        });
        return await actions[name]!.action(database, steps, io);
      } catch (error) {
        io.stderr.write(`${isAppError(error) ? `${error.code}: ${error.message}` : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        return 1;
      }
    },
  };
}

const migrate: Action = async (_, steps, { stdout }) => {
  const applied = await steps.migrate();
  stdout.write(applied.length > 0 ? `${counted(applied.length)} applied.\n` : 'Nothing to do: the database is up to date.\n');
  return 0;
};

const status: Action = async (_, steps, { stdout }) => {
  stdout.write(table(await steps.status()));
  return 0;
};

const check: Action = async (_, steps, { stdout, stderr }) => {
  const { ok, status: found, differences } = await steps.check();
  if (ok) {
    stdout.write(`In order: ${counted(found.applied.length)} applied, and the database is what they make.\n`);
    return 0;
  }
  if (found.applied.length < rowsOf(found).length) stderr.write(table(found));
  for (const difference of differences) stderr.write(`- ${difference}\n`);
  return 1;
};

const seedWith = (seed: NonNullable<DatabaseCommandOptions['seed']>): Action => async (database, steps, { stdout }) => {
  await steps.assertCurrent();
  await seed(database, (label, total) => progressBar(stdout, total, { label }));
  return 0;
};

const counted = (count: number): string => `${count} ${count === 1 ? 'migration' : 'migrations'}`;

function rowsOf({ applied, pending, changed, unknown }: MigrationStatus): [file: string, state: string, note: string][] {
  return [
    ...applied.map(({ file, appliedAt, milliseconds }): [string, string, string] => [file, 'applied', `${appliedAt.toISOString()}, took ${formatMilliseconds(milliseconds)}`]),
    ...changed.map((file): [string, string, string] => [file, 'changed', 'edited after it had been applied']),
    ...pending.map(({ file, late }): [string, string, string] => [file, 'pending', late ? 'comes before one that was applied' : '']),
    ...unknown.map((file): [string, string, string] => [file, 'unknown', 'applied, but not in the folder']),
  ];
}

function table(found: MigrationStatus): string {
  const rows = rowsOf(found);
  if (rows.length === 0) return 'There are no migrations.\n';
  const width = Math.max(...rows.map(([file]) => file.length));
  return rows.sort(([a], [b]) => byNumberThenName(a, b)).map(([file, state, note]) => `${file.padEnd(width)}  ${state.padEnd(7)}  ${note}`.trimEnd() + '\n').join('');
}
