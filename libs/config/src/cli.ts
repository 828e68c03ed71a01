import { writeFile } from 'node:fs/promises';
import { join, resolve as resolvePath } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { isDefinition, type ConfigDefinition } from './definition.js';
import { exampleOf } from './example.js';
import { explain } from './explain.js';
import { formatFaults } from './fault.js';
import { resolve } from './resolve.js';
import type { Environment } from './sources/environment.js';

const usage = `Usage: enterprise-config <command> --module <path> [options] [-- <arguments of the program>]

Commands
  check           reads and validates the settings
  explain <KEY>   tells where a setting comes from and what it overrides
  example         writes .env.example

Options
  --module <path>      module that exports the result of defineConfig
  --export <name>      which export; needed if there are several
  --directory <path>   folder of the .env files (default: the working directory)
  --env <name>         deployment, e.g. prod, for .env.prod
  --out <path>         file that example writes; - prints it (default: .env.example in the directory)
  --help

Exit codes: 0 all is well, 1 the settings have faults, 2 wrong use.
`;

/** What the command line needs of its process. */
export interface CliIo {
  readonly cwd: string;
  readonly environment: Environment;
  out(text: string): void;
  error(text: string): void;
}

class WrongUse extends Error {}

/** Runs the command line and returns its exit code. */
export async function run(argv: readonly string[], io: CliIo): Promise<0 | 1 | 2> {
  try {
    return await runCommand(argv, io);
  } catch (error) {
    io.error(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof WrongUse) io.error('Try: enterprise-config --help\n');
    return 2;
  }
}

async function runCommand(argv: readonly string[], io: CliIo): Promise<0 | 1> {
  const { own, program } = splitArguments(argv);
  const { values: options, positionals: [command, key, ...rest] } = parse(own);
  if (options.help) {
    io.out(usage);
    return 0;
  }
  if (command === undefined || !['check', 'explain', 'example'].includes(command)) throw new WrongUse(command ? `There is no command "${command}".` : 'Name a command: check, explain or example.');
  if (command === 'explain' && !key) throw new WrongUse('Name the setting to explain, e.g. explain PORT.');
  if (rest.length > 0 || (command !== 'explain' && key)) throw new WrongUse(`"${rest[0] ?? key}" is one argument too many.`);
  if (!options.module) throw new WrongUse('Name the module that exports the settings: --module ./dist/config.js.');
  const definition = await findDefinition(resolvePath(io.cwd, options.module), options.export);
  const directory = resolvePath(io.cwd, options.directory ?? '.');

  if (command === 'example') {
    const text = exampleOf(definition.fields);
    if (options.out === '-') io.out(text);
    else {
      const path = options.out ? resolvePath(io.cwd, options.out) : join(directory, '.env.example');
      await writeFile(path, text);
      io.out(`Wrote ${path}.\n`);
    }
    return 0;
  }
  const sources = definition.sources({ directory, env: options.env, environment: io.environment, argv: program });
  const { faults, candidates } = await resolve({ schema: definition.schema, fields: definition.fields, sources, directory });
  if (command === 'explain') io.out(`${explain(key!, definition.fields, candidates)}\n`);
  const shown = command === 'explain' ? faults.filter((fault) => fault.key === key || fault.key === `${key}_FILE`) : faults;
  if (shown.length > 0) {
    io.error(`${formatFaults(shown)}\n`);
    return 1;
  }
  if (command === 'check') io.out(`All ${definition.fields.fields.size} settings are valid.\n`);
  return 0;
}

function splitArguments(argv: readonly string[]): { readonly own: readonly string[]; readonly program: readonly string[] } {
  const at = argv.indexOf('--');
  return at === -1 ? { own: argv, program: [] } : { own: argv.slice(0, at), program: argv.slice(at + 1) };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { module: text, export: text, directory: text, env: text, out: text, help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}

async function findDefinition(path: string, name: string | undefined): Promise<ConfigDefinition> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(pathToFileURL(path).href) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new WrongUse(`${path} cannot be imported: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (name !== undefined) {
    if (isDefinition(exported[name])) return exported[name];
    throw new WrongUse(`${path} has no export "${name}" that defineConfig made.`);
  }
  const found = Object.entries(exported).filter(([, value]) => isDefinition(value));
  if (found.length === 1) return found[0]![1] as ConfigDefinition;
  throw new WrongUse(found.length === 0
    ? `${path} exports nothing that defineConfig made.`
    : `${path} exports several definitions: choose one by --export ${found.map(([each]) => each).join('|')}.`);
}
