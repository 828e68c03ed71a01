import { fileURLToPath } from 'node:url';
import { ConfigInvalid, loadConfig } from '@org/enterprise-config';
import { databaseCommand } from '@org/enterprise-persistence/migrations';
import { migrationOptions, openDatabase } from './database.js';
import { seedProducts } from './product/product.seed.js';
import { databaseSettings } from './settings.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

async function main(): Promise<number> {
  const { values: settings } = await loadConfig(databaseSettings, { directory: root, env: process.env['APP_ENV'] ?? 'dev', environment: process.env });
  const command = databaseCommand({
    database: () => openDatabase({ settings, root }),
    migrations: migrationOptions,
    seed: async (database, progress) => {
      const total = settings.SEED_PRODUCTS ?? 100_000;
      const bar = progress('products', total);
      await seedProducts(database, total, (count) => bar.advance(count));
    },
  });
  return command.run(process.argv.slice(2), process);
}

process.exitCode = await main().catch((error: unknown) => {
  if (!ConfigInvalid.is(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 1;
});
