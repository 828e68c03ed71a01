import { databaseContract } from '../contract/index.js';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { postgresDatabase } from './postgres.js';

describeWithPostgres('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => { server = await startPostgres({ deadlock_timeout: '100ms' }); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  for (const max of [10, 1]) {
    databaseContract({ describe, test }, {
      name: `PostgreSQL, pool of ${max}`,
      concurrent: max > 1,
      open: async () => postgresDatabase({ url: await server.createDatabase(), max }),
    });
  }
});
