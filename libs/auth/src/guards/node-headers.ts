import type { IncomingMessage } from 'node:http';
import { uuidv7 } from '@org/enterprise-kernel';

/** Returns a header as one string. */
export function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Tells whether a header came more than once: of some, Authorization too, Node keeps the first and forgets the others. */
export function repeatsHeader({ rawHeaders }: IncomingMessage, name: string): boolean {
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.length === name.length && rawHeaders[i]!.toLowerCase() === name) found++;
  return found > 1;
}

const safeId = /^[\w.-]{1,64}$/;

/** Returns the request's `X-Request-Id` if it is well-formed, else a new id. */
export function requestIdOf(message: IncomingMessage): string {
  const given = headerOf(message, 'x-request-id');
  return given !== undefined && safeId.test(given) ? given : uuidv7();
}
