import { defineError } from './errors.js';
import type { StandardIssue, StandardSchemaV1 } from './standard-schema.js';

/** What a caller was refused for, as far as the caller may know. */
export interface ForbiddenDetails {
  /** The permission that is missing. */
  readonly permission?: string | undefined;
  /** The policy that did not allow it. */
  readonly policy?: string | undefined;
}

const fields = ['permission', 'policy'] as const;

/** Written by hand, since the kernel depends on no validator; it says its JSON Schema as those do. */
const forbiddenDetails: StandardSchemaV1<ForbiddenDetails> = {
  '~standard': {
    version: 1,
    vendor: 'org.enterprise',
    validate(value) {
      if (typeof value !== 'object' || value === null) return { issues: [{ message: 'expected an object' }] };
      const given = value as Record<string, unknown>;
      const known = fields.filter((field) => given[field] !== undefined);
      const issues = known.filter((field) => typeof given[field] !== 'string').map((field): StandardIssue => ({ path: [field], message: 'expected a string' }));
      return issues.length > 0 ? { issues } : { value: Object.fromEntries(known.map((field) => [field, given[field]])) };
    },
    jsonSchema: {
      input: () => jsonSchema,
      output: () => jsonSchema,
    },
  },
};
const jsonSchema = { type: 'object', properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])) };

/** It has to be known who calls, and nothing proves it. */
export const Unauthenticated = defineError('UNAUTHENTICATED', { kind: 'unauthenticated', title: 'This needs credentials.' });

/** It is known who calls, and that caller may not. */
export const Forbidden = defineError('FORBIDDEN', { kind: 'forbidden', title: 'The caller may not do this.', details: forbiddenDetails });

export type KernelErrorCode = 'UNAUTHENTICATED' | 'FORBIDDEN';
