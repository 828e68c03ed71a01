import type { z } from 'zod';
import { expectation } from './expectation.js';
import type { ConfigFault } from './fault.js';
import type { SchemaField, SchemaFields } from './fields.js';
import type { Candidate } from './gather.js';
import { isSecret } from './secret.js';
import { suggest } from './suggest.js';

type Candidates = ReadonlyMap<string, readonly Candidate[]>;

/** Turns what zod has against the settings into faults. */
export function issueToFault(issue: z.core.$ZodIssue, { fields }: SchemaFields, candidates: Candidates): ConfigFault {
  const path = issue.path.map(String);
  const field = ownerOf(path, fields);
  const remedy = issue.code === 'custom' && typeof issue.params?.['remedy'] === 'string' ? { remedy: issue.params['remedy'] as string } : {};
  if (!field) return { key: path.join('__'), source: 'several settings', message: issue.message, remedy: 'Make the settings agree.', ...remedy };
  const candidate = candidates.get(field.key)?.at(-1);
  if (!candidate) {
    const isMissing = issue.code !== 'custom' || field.required;
    return isMissing
      ? { ...missing(field), ...remedy }
      : { key: field.key, source: 'not set', message: issue.message, remedy: `Set ${field.key}.`, ...remedy };
  }
  return { ...wrongValue(field, candidate, messageOf(issue, field, path, candidate)), ...remedy };
}

/** Makes the fault of a value that its schema does not take. */
export function wrongValue(field: SchemaField, { location, value }: Candidate, message: string): ConfigFault {
  const expected = expectation(field.schema);
  const near = typeof value === 'string' && !field.secret && expected.startsWith('one of ') ? suggest(value, expected.slice('one of '.length).split(', ')) : undefined;
  const give = near ? `Did you mean ${near}?` : `Correct ${field.key}${isVague(expected) || message.includes(expected) ? '' : `: give ${expected}`}.`;
  return {
    key: field.key,
    source: location,
    message: field.secret ? message : `${message}, got ${show(value)}`,
    remedy: value === '' && !field.required ? `Give a value, or remove ${field.key} to leave it unset.` : give,
  };
}

const isVague = (expected: string): boolean => ['a value', 'a number', 'a whole number', 'text'].includes(expected);

const missing = ({ key, schema, secret }: SchemaField): ConfigFault => ({
  key, source: 'not set', message: 'is required',
  remedy: `Set ${key} to ${secret ? `the secret, or ${key}_FILE to a file that holds it` : expectation(schema)}.`,
});

function messageOf(issue: z.core.$ZodIssue, field: SchemaField, path: readonly string[], { value }: Candidate): string {
  const inside = path.slice(field.path.length);
  const where = inside.length > 0 ? `${inside.map((part) => /^\d+$/.test(part) ? `item ${Number(part) + 1}` : part).join(', ')}: ` : '';
  if (inside.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union')) {
    const quote = issue.code === 'invalid_type' && issue.expected === 'string' && typeof value !== 'string' ? ' (in quotes)' : '';
    return `expected ${expectation(field.schema)}${quote}`;
  }
  // A refinement's message is its author's.
  return where + (issue.code === 'custom' ? issue.message : issue.message.charAt(0).toLowerCase() + issue.message.slice(1));
}

function ownerOf(path: readonly string[], fields: SchemaFields['fields']): SchemaField | undefined {
  for (let length = path.length; length > 0; length--) {
    const field = fields.get(path.slice(0, length).join('__'));
    if (field) return field;
  }
  return undefined;
}

/** Writes a value that is not secret on one line; the password in an address is hidden all the same. */
export function show(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value, (_, part: unknown) => isSecret(part) ? '[redacted]' : typeof part === 'bigint' ? String(part) : part) ?? String(value);
  const safe = text.replace(/(:\/\/[^\s:@/]*:)[^\s@/]+@/g, '$1[redacted]@');
  return safe.length > 80 ? `${safe.slice(0, 77)}...` : safe;
}
