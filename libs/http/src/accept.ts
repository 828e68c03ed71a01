import Negotiator from 'negotiator';
import { NotAcceptable } from './errors.js';
import type { BodyFormat, Returns } from './returns.js';

const remembered = 200;

// A download is what it is, and of nothing every client accepts the type.
const typesOf: Readonly<Record<BodyFormat, readonly string[]>> = {
  json: ['application/json', 'application/problem+json'], events: ['text/event-stream'], bytes: [], empty: [],
};

/** The media types of a route's answers, one of which a client has to accept; none where it need not. */
export const acceptableTypes = (returns: Returns): readonly string[] =>
  [...new Set([returns, ...(returns.alternatives ?? [])].flatMap(({ format }) => typesOf[format]))];

/** Compiles a check that a client accepts one of these media types; answers for the usual headers are remembered. */
export function acceptCheck(available: readonly string[]): (accept: string | undefined) => void {
  const known = new Map<string, boolean>([['*/*', true]]);
  return (accept) => {
    if (accept === undefined) return;
    let fits = known.get(accept);
    if (fits === undefined) {
      fits = new Negotiator({ headers: { accept } }).mediaTypes([...available]).length > 0;
      if (known.size < remembered && accept.length < 200) known.set(accept, fits);
    }
    if (!fits) throw new NotAcceptable({ available: [...available] });
  };
}
