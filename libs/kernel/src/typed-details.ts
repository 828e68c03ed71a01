import type { StandardSchemaV1 } from './standard-schema.js';

/**
 * Declares the details of an error by their type alone, for `defineError`. Nothing is checked or dropped when the error is made:
 * for details that only the library itself makes, so that the compiler has settled their shape.
 */
export const typedDetails = <Details>(): StandardSchemaV1<Details> =>
  ({ '~standard': { version: 1, vendor: 'org.enterprise', validate: (value) => ({ value: value as Details }) } });
