// To be loaded before anything that imports drizzle-orm: `node --import @org/enterprise-persistence/preload main.js`.
import * as nodeModule from 'node:module';
import { resolveInDrizzle, type ResolveHook } from './resolve-in-drizzle.js';

// Node 24 parses all 180 kB of drizzle-orm's package.json anew for each of its files.
try {
  (nodeModule as { registerHooks?: (hooks: { resolve: ResolveHook }) => unknown }).registerHooks?.({ resolve: resolveInDrizzle });
} catch {
  // Where there can be no hooks, as in Jest, it is only not faster.
}
