import Negotiator from 'negotiator';
import { NotAcceptable } from './errors.js';

const remembered = 200;

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
