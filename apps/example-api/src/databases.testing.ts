import type { Database } from '@org/enterprise-persistence';
import { migrations } from '@org/enterprise-persistence/migrations';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { migrationOptions } from './database.js';
import type { TestSettings } from './testing.js';

/** Declares tests of the API; the settings are for what it is started with. */
export type Story = (name: string, settings: () => Promise<TestSettings>) => void;

/** Tells a story of the API on both engines and both databases, and once with a single connection. */
export function onEveryDatabase(story: Story, onPostgres: (createDatabase: () => Promise<string>) => void = () => {}): void {
  describe('on PGlite', () => {
    story('the express engine', async () => ({ HTTP_ENGINE: 'express' }));
  });

  describeWithPostgres('on PostgreSQL', () => {
    let server: PostgresServer;
    beforeAll(async () => { server = await startPostgres(); }, 30_000);
    afterAll(() => server[Symbol.asyncDispose]());
    const createDatabase = (): Promise<string> => server.createDatabase();

    story('the node engine', async () => ({ HTTP_ENGINE: 'node', DATABASE_URL: await createDatabase() }));
    story('the express engine with a single connection', async () => ({ HTTP_ENGINE: 'express', DATABASE_URL: await createDatabase(), DATABASE_POOL_MAX: 1 }));
    onPostgres(createDatabase);
  });
}

/**
 * Declares tests for each kind of database. `open` gives an empty one at the state of the migrations, which is one test's
 * alone.
 */
export function onEachMigratedDatabase(
  declare: (name: string, open: () => Promise<Database>) => void,
  onPostgres: (open: (max: number) => Promise<Database>) => void = () => {},
): void {
  const migrate = (database: Database): Promise<unknown> => migrations(database, migrationOptions).migrate();

  describe('PGlite', () => {
    const database = pgliteDatabase({ folder: 'memory' });
    afterAll(() => database.close());
    // It stays open from test to test: the first statement of a PGlite takes a second.
    declare('pglite', async () => {
      await database.script('drop schema public cascade; create schema public');
      await migrate(database);
      return database;
    });
  });

  describeWithPostgres('PostgreSQL', () => {
    let server: PostgresServer;
    let template: string;
    const opened: Database[] = [];
    beforeAll(async () => {
      server = await startPostgres();
      const url = await server.createDatabase();
      await using database = postgresDatabase({ url, max: 1 });
      await migrate(database);
      template = new URL(url).pathname.slice(1);
    }, 30_000);
    afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())));
    afterAll(() => server[Symbol.asyncDispose]());

    const open = async (max: number): Promise<Database> => {
      const database = postgresDatabase({ url: await server.createDatabase(template), max });
      opened.push(database);
      return database;
    };
    for (const max of [10, 1]) declare(`PostgreSQL, pool of ${max}`, () => open(max));
    onPostgres(open);
  });
}
