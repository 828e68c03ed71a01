import { fileURLToPath } from 'node:url';
import { ConfigInvalid, loadConfig } from '@org/enterprise-config';
import { runApplication } from '@org/enterprise-di';
import { exampleApi } from './app.js';
import { jsonLogger, logWriter } from './logger.js';
import { HttpServer } from './server.js';
import { settings as definition } from './settings.js';

// Relative paths mean the same wherever the process is started.
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Starts the application in this process, and stops it with a signal. */
export const start = (): Promise<void> => run().catch((error: unknown) => {
  if (!ConfigInvalid.is(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

async function run(): Promise<void> {
  const { values: settings } = await loadConfig(definition, {
    directory: root, env: process.env['APP_ENV'] ?? 'dev', environment: process.env, argv: process.argv.slice(2),
  });
  const logger = jsonLogger({ level: settings.LOG_LEVEL, write: logWriter(settings.LOG_FILE, (lines) => process.stdout.write(lines)) });
  const app = exampleApi({ settings, logger, root, terminal: (text) => process.stdout.write(text) });
  await runApplication(process, app, { logger });
  if (app.state !== 'ready') return;
  const { url, operationsUrl } = app.resolve(HttpServer);
  process.stdout.write(`Example API ${settings.DOCS ? `reference: ${url}/docs` : `listening: ${url}`}\n`);
  if (operationsUrl !== url) logger.info('Operators have a listener of their own.', { url: operationsUrl });
}
