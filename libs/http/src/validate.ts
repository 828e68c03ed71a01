import type { z } from 'zod';
import { compileCoerce } from './coerce.js';
import type { Fault } from './errors.js';
import type { Schema } from './schema.js';
import { compileUnknownKeys } from './unknown-keys.js';

/** Checks one part of a request; faults go to the list, and the result counts only if none were added. */
export type Validate = (value: unknown, faults: Fault[]) => unknown;

export interface CompileValidatorOptions {
  readonly in: Fault['in'];
  /** Turns strings into what the schema expects. @default false */
  readonly coerce?: boolean;
  /** Lets undeclared keys pass (headers). @default false */
  readonly open?: boolean;
}

/** Compiles the check of one part, at start. */
export function compileValidator(schema: Schema, { in: part, coerce = false, open = false }: CompileValidatorOptions): Validate {
  const type = schema as z.ZodType;
  const toType = coerce ? compileCoerce(schema) : undefined;
  const unknownKeys = open ? undefined : compileUnknownKeys(schema);
  return (value, faults) => {
    const input = toType ? toType(value) : value;
    const result = type.safeParse(input);
    if (!result.success) addIssues(result.error.issues, part, faults);
    unknownKeys?.(input, [], (path) => faults.push({ path: path.join('.'), message: 'is not known here', in: part }));
    return result.data;
  };
}

function addIssues(issues: readonly z.core.$ZodIssue[], part: Fault['in'], faults: Fault[]): void {
  for (const issue of issues) {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') continue; // reported by the unknown-key check, one fault a key
    faults.push({ path: path.join('.'), message: readable(issue), in: part });
  }
}

/** zod's message without its prefix, and in words where it speaks of `undefined`. */
function readable(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'is required';
  return issue.message.replace(/^Invalid input: /, '');
}
