import { isAbsolute, join } from 'node:path';
import { provide, type Module } from '@org/enterprise-di';
import type { Clock, Logger } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { migrations } from '@org/enterprise-persistence/migrations';
import { Clock as ClockToken, Logger as LoggerToken, Settings as SettingsToken } from './platform.js';
import type { Settings } from './settings.js';

export const migrationOptions = {
  directory: new URL('../migrations/', import.meta.url),
  command: 'npm run db -- migrate',
};

export interface OpenDatabaseOptions {
  readonly settings: Pick<Settings, 'DATABASE_URL' | 'DATABASE_POOL_MAX'>;
  /** Folder that a relative PGlite folder is in. */
  readonly root: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/** Opens what DATABASE_URL names. Only the driver that is used is loaded. */
export async function openDatabase({ settings, root, ...options }: OpenDatabaseOptions): Promise<Database> {
  const url = settings.DATABASE_URL.reveal();
  if (!url.startsWith('pglite:')) {
    const { postgresDatabase } = await import('@org/enterprise-persistence/postgres');
    return postgresDatabase({ ...options, url, max: settings.DATABASE_POOL_MAX, applicationName: 'example-api' });
  }
  const { pgliteDatabase } = await import('@org/enterprise-persistence/pglite');
  const place = url.slice('pglite:'.length);
  return pgliteDatabase({ ...options, folder: place === 'memory' || isAbsolute(place) ? place : join(root, place) });
}

/** The database, at the state of this code before anything else uses it. */
export const databaseModule = (root: string): Module => ({
  name: 'database',
  providers: [provide(Database, { settings: SettingsToken, logger: LoggerToken, clock: ClockToken }, async ({ settings, logger, clock }) => {
    const database = await openDatabase({ settings, root, logger, clock });
    try {
      const schema = migrations(database, { ...migrationOptions, logger, clock });
      // In production a person decides when the schema changes; the release before this one may still be running.
      if (settings.APP_ENV === 'prod') await schema.assertCurrent();
      else await schema.migrate();
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  })],
});
