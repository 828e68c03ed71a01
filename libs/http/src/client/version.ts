import type { Route } from '../route.js';

/**
 * Refuses to call a route in a version that does not have it, or has it in another shape.
 * @throws TypeError
 */
export function assertServed({ spec: { since, until } }: Route, operation: string, version: string): void {
  if (since !== undefined && isBefore(version, since)) {
    throw new TypeError(`${operation} is declared since ${since} and this client speaks ${version}: make the client with the declaration that ${version} has.`);
  }
  if (until !== undefined && !isBefore(version, until)) throw new TypeError(`${operation} is gone since ${until} and this client speaks ${version}.`);
}

/** Versions are numbered or dated: `v2` is before `v10`, `2026-01-01` before `2026-06-01`. */
const isBefore = (one: string, other: string): boolean => one.localeCompare(other, 'en', { numeric: true }) < 0;
