import { databaseContract } from '../contract/index.js';
import { pgliteDatabase } from './pglite.js';

databaseContract({ describe, test }, { name: 'PGlite', concurrent: false, open: async () => pgliteDatabase({ folder: 'memory' }) });
