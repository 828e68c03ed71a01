import { enableCompileCache } from 'node:module';
import '@org/enterprise-persistence/preload';

// Only what is imported from here on starts faster.
enableCompileCache();
const { start } = await import('./start.js');
await start();
