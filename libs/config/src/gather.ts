import type { ConfigFault } from './fault.js';
import type { SchemaFields } from './fields.js';
import { unknownKey } from './unknown-key.js';
import type { ConfigEntry, ConfigSource } from './source.js';

/** A value that a source offers for a setting. */
export interface Candidate {
  readonly source: string;
  readonly location: string;
  readonly value: unknown;
  readonly explicit: boolean;
  /** The value names a file that holds the secret. */
  readonly file?: true;
}

export interface Gathered {
  /** By key, lowest precedence first. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  readonly faults: readonly ConfigFault[];
  /** Whether a source could not be asked at all. */
  readonly outage: boolean;
}

/** Asks every source and sorts what they say by setting. */
export async function gather({ fields, groups }: SchemaFields, sources: readonly ConfigSource[], signal?: AbortSignal): Promise<Gathered> {
  const candidates = new Map<string, Candidate[]>();
  const faults: ConfigFault[] = [];
  let outage = false;
  const request = { fields: [...fields.values()], signal };

  const accept = (entry: ConfigEntry, { name, explicit = false, unknownKeys = 'fault' }: ConfigSource): void => {
    const { key, value, location, locate = () => location } = entry;
    const add = (target: string, extra: { readonly file?: true } = {}): void => {
      const list = candidates.get(target) ?? [];
      candidates.set(target, [...list, { source: name, location, value, explicit, ...extra }]);
    };
    const owner = key.endsWith('_FILE') ? fields.get(key.slice(0, -'_FILE'.length)) : undefined;
    if (value === undefined) return;
    if (fields.has(key)) add(key);
    else if (groups.has(key) && isTree(value)) {
      for (const [part, child] of Object.entries(value)) {
        accept(
          { key: `${key}__${part}`, value: child, location: locate([part]), locate: (path) => locate([part, ...path]) },
          { name, explicit, unknownKeys: 'fault' } as ConfigSource,
        );
      }
    } else if (owner?.secret) add(owner.key, { file: true });
    else if (owner) faults.push({ key, source: location, message: `${owner.key} is not a secret and cannot be read from a file`, remedy: `Set ${owner.key} itself, or declare it with secret().` });
    else if (unknownKeys === 'fault') faults.push(unknownKey(key, location, [...fields.keys(), ...groups.keys()]));
  };

  const loads = await Promise.allSettled(sources.map(async (source) => source.load(request)));
  signal?.throwIfAborted();
  loads.forEach((result, index) => {
    const source = sources[index]!;
    if (result.status === 'fulfilled') {
      faults.push(...result.value.faults ?? []);
      for (const entry of result.value.entries) accept(entry, source);
    } else {
      outage = true;
      const reason: unknown = result.reason;
      faults.push({ key: '', source: source.name, message: `the source cannot be read: ${reason instanceof Error ? reason.message : String(reason)}`, remedy: 'See that it is up and that its address is right.' });
    }
  });
  return { candidates, faults, outage };
}

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
