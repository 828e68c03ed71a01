import type { SchemaFields } from './fields.js';
import type { Candidate } from './gather.js';
import { show } from './issues.js';
import { suggest } from './suggest.js';

/** A value of a setting and where it stands; `[redacted]` in place of a secret. */
export interface Provenance {
  /** Name of the source, `default`, or `not set`. */
  readonly source: string;
  readonly location: string;
  /** As written there. */
  readonly value: unknown;
}

/** Where a setting comes from. */
export interface Explanation extends Provenance {
  readonly key: string;
  readonly secret: boolean;
  /** What it overrode, highest precedence first. */
  readonly overridden: readonly Provenance[];
  /** Prints it for a terminal. */
  toString(): string;
}

/**
 * Explains one setting.
 * @throws TypeError if there is no such setting
 */
export function explain(key: string, { fields, groups }: SchemaFields, candidates: ReadonlyMap<string, readonly Candidate[]>): Explanation {
  const field = fields.get(key);
  if (!field) {
    const inside = [...fields.keys()].filter((other) => other.startsWith(`${key}__`));
    const near = suggest(key, fields.keys());
    throw new TypeError(groups.has(key)
      ? `"${key}" is a group of settings: ${inside.join(', ')}.`
      : `There is no setting "${key}".${near ? ` Did you mean ${near}?` : ''}`);
  }
  const { secret } = field;
  const hide = (value: unknown): unknown => secret ? '[redacted]' : value;
  const given = [...candidates.get(key) ?? []].reverse().map(({ source, location, value }) => ({ source, location, value: hide(value) }));
  const all: readonly Provenance[] = [...given, ...(field.default ? [{ source: 'default', location: 'schema', value: hide(field.default.value) }] : [])];
  const [winner = { source: 'not set', location: '', value: undefined }, ...overridden] = all;
  return {
    key, secret, ...winner, overridden,
    toString: () => print(key, winner, overridden),
  };
}

function print(key: string, winner: Provenance, overridden: readonly Provenance[]): string {
  if (winner.source === 'not set') return `${key} is not set`;
  const rows = [winner, ...overridden].map(({ source, location, value }) => ({ value: show(value), where: describe(source, location) }));
  const width = Math.max(...rows.map(({ value }) => value.length));
  return rows.map(({ value, where }, index) => index === 0
    ? `${key} = ${value.padEnd(width)}  ${where}`
    : `${' '.repeat(key.length)}   ${value.padEnd(width)}  ${where} (overridden)`).join('\n');
}

const describe = (source: string, location: string): string =>
  source === 'default' ? source : location.includes(source) ? location : `${location} (${source})`;
