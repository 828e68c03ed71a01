import { join } from 'node:path';
import type { ConfigSource } from '../source.js';
import { commandLine } from './command-line.js';
import { dotenvFile } from './dotenv-file.js';
import { environment, type Environment } from './environment.js';
import { overrides } from './overrides.js';

/** What a process has that settings may come from; only the program's entry reads it from `process`. */
export interface ConfigRuntime {
  /** Folder of `.env` files, and base of relative `<KEY>_FILE` paths. */
  readonly directory: string;
  /** Name of the deployment, e.g. `prod`: adds `.env.prod`. @default only `.env` */
  readonly env?: string | undefined;
  /** Environment variables, usually `process.env`. @default none */
  readonly environment?: Environment | undefined;
  /** Command line without the program's name, usually `process.argv.slice(2)`. @default none */
  readonly argv?: readonly string[] | undefined;
}

export interface StandardSourcesOptions extends ConfigRuntime {
  /** Further files, which win over the `.env` files: `[yamlFile('config.yaml')]`. @default none */
  readonly files?: readonly ConfigSource[];
  /** Values that win over everything, for tests. @default none */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** What to do about keys in the `.env` files that the schema does not have. @default fault */
  readonly unknownKeys?: 'fault' | 'ignore';
}

/**
 * Makes the usual stack, lowest precedence first: `.env`, `.env.<env>`, further files, environment, command line,
 * overrides. The `.env` files may be missing.
 */
export function standardSources(options: StandardSourcesOptions): ConfigSource[] {
  const { directory, env, files = [], unknownKeys = 'fault' } = options;
  if (env !== undefined && !/^\w[\w.-]*$/.test(env)) throw new TypeError(`"${env}" cannot be the name of an environment: letters, digits, "_", "-" and "." only.`);
  const dotenv = (name: string): ConfigSource => dotenvFile(join(directory, name), { name, optional: true, unknownKeys });
  return [
    dotenv('.env'),
    ...(env === undefined ? [] : [dotenv(`.env.${env}`)]),
    ...files,
    environment(options.environment ?? {}),
    commandLine(options.argv ?? []),
    overrides(options.overrides ?? {}),
  ];
}
