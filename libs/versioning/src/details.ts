import type { StandardSchemaV1 } from '@org/enterprise-kernel';

/**
 * Declares the fields of an error's details without a validator library: undeclared fields are dropped, a missing one is a fault.
 * The record makes the compiler ask for every field of `T`; `false` marks one that may be absent.
 */
export function details<T extends object>(fields: { readonly [Field in keyof T]-?: boolean }): StandardSchemaV1<T> {
  const declared = Object.entries<boolean>(fields);
  return {
    '~standard': {
      version: 1,
      vendor: 'org.enterprise',
      validate(value) {
        if (typeof value !== 'object' || value === null) return { issues: [{ message: 'must be an object' }] };
        const given = value as Record<string, unknown>;
        const issues = declared.filter(([field, required]) => required && given[field] === undefined).map(([field]) => ({ path: [field], message: 'is missing' }));
        if (issues.length > 0) return { issues };
        return { value: Object.fromEntries(declared.filter(([field]) => given[field] !== undefined).map(([field]) => [field, given[field]])) as T };
      },
    },
  };
}
