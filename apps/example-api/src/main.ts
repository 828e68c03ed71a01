import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import '@org/enterprise-persistence/preload';

// Only what is imported from here on starts faster.
enableCompileCache();
// What is left over from the start would make V8 keep 60 MB for young objects; it may grow when there is load.
setFlagsFromString('--semi-space-growth-factor=1');
const { start } = await import('./start.js');
await start();
setFlagsFromString('--semi-space-growth-factor=2');
