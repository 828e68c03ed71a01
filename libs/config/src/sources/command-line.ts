import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ConfigFault } from '../fault.js';
import type { ConfigEntry, ConfigField, ConfigSource } from '../source.js';
import { suggest } from '../suggest.js';

export interface CommandLineOptions {
  /** What to do about an option that no setting has; `ignore` if the program has options of its own. @default fault */
  readonly unknownOptions?: 'fault' | 'ignore';
}

const source = 'command line';

/**
 * Takes options: `--port 3000` or `--port=3000` for `PORT`, `--verbose` or `--no-verbose` for a boolean,
 * `--database.pool-max 5` for `DATABASE__POOL_MAX`, `--jwt-secret-file <path>` for a secret. Operands are left alone.
 * @param argv without the program's name: `process.argv.slice(2)`
 */
export const commandLine = (argv: readonly string[], { unknownOptions = 'fault' }: CommandLineOptions = {}): ConfigSource => ({
  name: source,
  explicit: true,
  async load({ fields }) {
    const known = optionsOf(fields);
    const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries([...known].map(([name, { flag }]) => [name, { type: flag ? 'boolean' : 'string' }]));
    const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
    const entries: ConfigEntry[] = [];
    const faults: ConfigFault[] = [];
    for (const token of tokens) {
      if (token.kind !== 'option') continue;
      const { name, rawName, value } = token;
      const option = known.get(name);
      const negated = !option && name.startsWith('no-') ? known.get(name.slice(3)) : undefined;
      const location = `${source} ${rawName}`;
      if (option && (option.flag || value !== undefined)) {
        entries.push({ key: option.key, value: value ?? true, location });
      } else if (option) {
        faults.push({ key: option.key, source: location, message: 'the option has no value', remedy: `Write ${rawName}=<value>.` });
      } else if (negated?.flag && value === undefined) {
        entries.push({ key: negated.key, value: false, location });
      } else if (unknownOptions === 'fault') {
        const near = suggest(name, known.keys());
        faults.push({ key: '', source: location, message: 'no setting has this option', remedy: near ? `Did you mean --${near}?` : 'Remove it.' });
      }
    }
    return { entries, faults };
  },
});

function optionsOf(fields: readonly ConfigField[]): ReadonlyMap<string, { readonly key: string; readonly flag: boolean }> {
  const options = new Map<string, { readonly key: string; readonly flag: boolean }>();
  for (const { key, path, flag, secret } of fields) {
    const name = path.map((part) => part.toLowerCase().replaceAll('_', '-')).join('.');
    options.set(name, { key, flag });
    if (secret) options.set(`${name}-file`, { key: `${key}_FILE`, flag: false });
  }
  return options;
}
