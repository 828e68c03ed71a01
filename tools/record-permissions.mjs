// Writes docs/permissions.md, the table of who may do what, as the contracts of the reference application have it.
// Usage: npm run permissions (builds first)
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { loadConfig, overrides } from '@org/enterprise-config';
import { noopLogger } from '@org/enterprise-kernel';
import { exampleApi } from '../apps/example-api/dist/app.js';
import { permissionsPage } from '../apps/example-api/dist/auth/permission-matrix.js';
import { HttpDispatcher } from '../apps/example-api/dist/dispatcher.js';
import { settings as definition } from '../apps/example-api/dist/settings.js';

const { values: settings } = await loadConfig({ schema: definition.schema, sources: [overrides({ APP_ENV: 'test', PORT: 0, DATABASE_URL: 'pglite:memory' })] });
const app = exampleApi({ settings, logger: noopLogger, root: tmpdir() });
await app.start();
await writeFile(new URL('../docs/permissions.md', import.meta.url), permissionsPage(app.resolve(HttpDispatcher)));
await app.stop();
