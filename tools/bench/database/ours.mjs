// The reference application itself, as its main.ts puts it together, in production mode.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@org/enterprise-config';
import { provide, provideValue } from '@org/enterprise-di';
import { EventBus } from '@org/enterprise-events';
import { postgresEvents } from '@org/enterprise-events/postgres';
import { Database } from '@org/enterprise-persistence';
import { Authenticator } from '../../../apps/example-api/dist/authenticator.js';
import { exampleApi } from '../../../apps/example-api/dist/app.js';
import { jsonLogger } from '../../../apps/example-api/dist/logger.js';
import { HttpServer } from '../../../apps/example-api/dist/server.js';
import { settings as definition } from '../../../apps/example-api/dist/settings.js';
import { poolSize, url } from './catalogue.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Lines are gathered and written together, as the other contestants do it. */
function gathered() {
  const file = createWriteStream('/dev/null');
  let lines = '';
  setInterval(() => { if (lines !== '') { file.write(lines); lines = ''; } }, 100).unref();
  return (line) => { lines += line; };
}

/** Everyone is whom a header says, as for the other contestants. */
const byHeader = provideValue(Authenticator, {
  authenticate({ header }) {
    const id = header('x-user');
    return id === undefined ? undefined : { id, kind: 'user', via: 'header', roles: ['user'], permissions: new Set(['orders:own']) };
  },
});

/** Leaves events in the outbox, as the other contestants do. */
const undelivered = provide(EventBus, { database: Database }, ({ database }) => {
  const bus = postgresEvents(database, { subscribers: [] });
  return { append: (events) => bus.append(events), start: async () => {}, drain: async () => {} };
});

// Keys of the benchmark, where it measures with them.
const { JWT_ALG = 'HS256', JWT_SECRET = 'a secret that is good enough for a benchmark', JWT_PRIVATE_KEY } = process.env;
const keys = { JWT_ALG, ...(JWT_ALG === 'HS256' ? { JWT_SECRET } : { JWT_PRIVATE_KEY }), ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}` };

/** `deliver`: whether events get to their subscribers, in the same process. `proof`: whether callers have to log in. */
export async function startOurs(engine, { deliver = true, proof = false } = {}) {
  const environment = { APP_ENV: 'prod', HTTP_ENGINE: engine, PORT: '0', OPS_PORT: '0', DATABASE_URL: url, DATABASE_POOL_MAX: String(poolSize), ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'for the benchmark', ...keys, RATE_LIMIT_MAX: '1000000000', LOG_FILE: '/dev/null' };
  const { values: settings } = await loadConfig(definition, { directory: root, env: 'prod', environment, argv: [] });
  const logger = jsonLogger({ level: settings.LOG_LEVEL, write: gathered() });
  const app = exampleApi({ settings, logger, root, overrides: [...(proof ? [] : [byHeader]), ...(deliver ? [] : [undelivered])] });
  await app.start();
  return Number(new URL(app.resolve(HttpServer).url).port);
}
