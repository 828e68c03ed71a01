import { resolve as resolvePath } from 'node:path';
import type { z } from 'zod';
import { coerce } from './coerce.js';
import type { ConfigFault } from './fault.js';
import type { SchemaField, SchemaFields } from './fields.js';
import { deepFreeze, type Frozen } from './freeze.js';
import { gather, type Candidate } from './gather.js';
import { issueToFault, wrongValue } from './issues.js';
import { isSecret } from './secret.js';
import { readSecretFiles } from './secret-files.js';
import type { ConfigSource } from './source.js';

export interface ResolveRequest<S extends z.ZodObject> {
  readonly schema: S;
  readonly fields: SchemaFields;
  readonly sources: readonly ConfigSource[];
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

/** What one reading of all sources gave. */
export interface Resolution<S extends z.ZodObject> {
  /** Absent if there is a fault. */
  readonly values?: Frozen<z.output<S>>;
  readonly faults: readonly ConfigFault[];
  /** By key, lowest precedence first; secrets as they are. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  readonly secretFiles: readonly string[];
  readonly outage: boolean;
}

/** Reads all sources, merges and validates; every fault there is comes back, no secret in any of them. */
export async function resolve<S extends z.ZodObject>({ schema, fields, sources, directory, signal }: ResolveRequest<S>): Promise<Resolution<S>> {
  const gathered = await gather(fields, sources, signal);
  const { candidates, faults: fileFaults, paths } = await readSecretFiles(gathered.candidates, resolvePath(directory), signal);
  const { input, faults: readFaults } = readInput(fields, candidates);
  const { data, faults: schemaFaults } = await validate(schema, input, fields, candidates);
  // A secret that is "missing" because its file is, or a value that could not be read, has its fault already.
  const reported = new Set([...fileFaults.map(({ key }) => key.replace(/_FILE$/, '')), ...readFaults.map(({ key }) => key)]);
  const faults = [...gathered.faults, ...fileFaults, ...readFaults, ...schemaFaults.filter(({ key }) => !reported.has(key)).map(scrubber(fields, candidates))];
  return {
    ...(data && faults.length === 0 && { values: deepFreeze(data) }),
    faults, candidates, secretFiles: paths, outage: gathered.outage,
  };
}

async function validate<S extends z.ZodObject>(schema: S, input: object, fields: SchemaFields, candidates: ReadonlyMap<string, readonly Candidate[]>): Promise<{ readonly data?: z.output<S>; readonly faults: readonly ConfigFault[] }> {
  try {
    const { data, error } = await schema.safeParseAsync(input);
    return error ? { faults: error.issues.map((issue) => issueToFault(issue, fields, candidates)) } : { data: data!, faults: [] };
  } catch (error) {
    // A refinement or transform that throws must not take a running service's reload down.
    return { faults: [{ key: '', source: 'schema', message: `a rule of the schema threw: ${String(error)}`, remedy: 'Correct the schema.' }] };
  }
}

/** Builds the object that the schema is to judge, text being read by the type of its setting. */
function readInput({ fields, groups }: SchemaFields, candidates: ReadonlyMap<string, readonly Candidate[]>): { readonly input: object; readonly faults: readonly ConfigFault[] } {
  const input: Record<string, unknown> = {};
  const faults: ConfigFault[] = [];
  const at = (path: readonly string[]): Record<string, unknown> =>
    path.reduce((parent, name) => (parent[name] ??= {}) as Record<string, unknown>, input);

  for (const { path, optional } of groups.values()) {
    // A required group is there even if nothing is set in it, so that its defaults count and its gaps are reported one by one.
    if (!optional && isReachable(path, groups)) at(path);
  }
  for (const field of fields.values()) {
    const winner = candidates.get(field.key)?.at(-1);
    if (!winner) continue;
    at(field.path.slice(0, -1))[field.path.at(-1)!] = read(field, winner, faults);
  }
  return { input, faults };
}

const isReachable = (path: readonly string[], groups: SchemaFields['groups']): boolean =>
  path.every((_, index) => index === 0 || !groups.get(path.slice(0, index).join('__'))!.optional);

function read(field: SchemaField, winner: Candidate, faults: ConfigFault[]): unknown {
  const value = isSecret(winner.value) ? winner.value.reveal() : winner.value;
  if (typeof value !== 'string') return value;
  const result = coerce(field.schema, value);
  if (result.fault === undefined) return result.value;
  faults.push(wrongValue(field, winner, result.fault));
  return value;
}

/** Takes the values of secrets out of messages, which a refinement may have put there. */
function scrubber({ fields }: SchemaFields, candidates: ReadonlyMap<string, readonly Candidate[]>): (fault: ConfigFault) => ConfigFault {
  const values = [...fields.values()]
    .filter(({ secret }) => secret)
    .flatMap(({ key }) => candidates.get(key) ?? [])
    .flatMap(({ value }) => textsIn(value))
    .sort((a, b) => b.length - a.length);
  const scrub = (text: string): string => values.reduce((rest, value) => rest.replaceAll(value, '[redacted]'), text);
  return (fault) => ({ ...fault, message: scrub(fault.message), remedy: scrub(fault.remedy) });
}

function textsIn(value: unknown): string[] {
  if (isSecret(value)) return textsIn(value.reveal());
  if (typeof value === 'string') return [value, ...value.split(',').map((item) => item.trim())].filter((text) => text !== '');
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return value === null || value === undefined || typeof value === 'boolean' ? [] : [String(value)];
}
