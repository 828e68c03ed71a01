import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { compareOpenApi } from './compare.js';
import type { ApiChange } from './report.js';
import type { Severity } from './rules.js';

const usage = `Usage: enterprise-api-compat [options] <old.json> <new.json>

Compares two OpenAPI 3 documents and lists what changed for callers.

  --json                    print the changes as JSON
  --all                     print what is harmless, too
  --severity <rule>=<level> breaking, warning, info or off; may be repeated
  --fail-on <level>         breaking (default) or warning
  --help

Exits with 0 if nothing reaches that level, 1 if something does, 2 if the documents could not be compared.
`;

/** Where the command writes; lines end with a line feed. */
export interface CliOutput {
  out(text: string): void;
  error(text: string): void;
}

/** Runs `enterprise-api-compat` and returns its exit status. */
export async function runCli(args: readonly string[], { out, error }: CliOutput): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        severity: { type: 'string', multiple: true, default: [] },
        'fail-on': { type: 'string', default: 'breaking' },
      },
    });
    if (values.help) {
      out(usage);
      return 0;
    }
    const [before, after] = positionals;
    if (before === undefined || after === undefined || positionals.length > 2) throw new TypeError(`Two files are needed.\n\n${usage}`);
    const failing = levels(values['fail-on']);
    const changes = compareOpenApi(await readDocument(before), await readDocument(after), { severities: severities(values.severity) });
    out(values.json ? `${JSON.stringify(changes, null, 2)}\n` : readable(changes, values.all));
    return changes.some(({ severity }) => failing.includes(severity)) ? 1 : 0;
  } catch (cause) {
    error(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    return 2;
  }
}

async function readDocument(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function levels(level: string): readonly Severity[] {
  if (level === 'breaking') return ['breaking'];
  if (level === 'warning') return ['breaking', 'warning'];
  throw new TypeError(`--fail-on takes breaking or warning, not "${level}".`);
}

function severities(settings: readonly string[]): Record<string, Severity | 'off'> {
  return Object.fromEntries(settings.map((setting) => {
    const [, rule, level] = /^([a-z-]+)=(breaking|warning|info|off)$/.exec(setting) ?? [];
    if (rule === undefined) throw new TypeError(`--severity takes <rule>=breaking|warning|info|off, not "${setting}".`);
    return [rule, level as Severity | 'off'];
  }));
}

// A schema that everything refers to concerns every operation; JSON lists them all.
const shown = 3;
const someOf = (names: readonly string[]): string =>
  names.length <= shown ? names.join(', ') : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;

function readable(changes: readonly ApiChange[], all: boolean): string {
  const count = (severity: Severity): number => changes.filter((change) => change.severity === severity).length;
  const lines = changes
    .filter(({ severity }) => all || severity !== 'info')
    .map(({ severity, message, operations, rule, direction, document, pointer }) =>
      `${severity.padEnd(8)} ${message}\n         ${someOf(operations)} (${direction}), ${rule}, ${document} ${pointer}\n`);
  return `${lines.join('')}${count('breaking')} breaking, ${count('warning')} to look at, ${count('info')} harmless\n`;
}
