import type { ConfigFault } from './fault.js';
import { suggest } from './suggest.js';

/** Reports a key that no setting has, with the one that was probably meant. */
export function unknownKey(key: string, source: string, known: readonly string[]): ConfigFault {
  const near = suggest(key, known);
  // What looks like no key at all may be a line of a private key that was pasted without quotes.
  const presentable = near !== undefined || /^[A-Z][A-Z0-9_]{0,63}$/.test(key);
  return {
    key: presentable ? key : '',
    source,
    message: presentable ? 'there is no such setting' : 'this is not the name of a setting',
    remedy: near ? `Did you mean ${near}?` : 'Remove it, or add it to the schema.',
  };
}
