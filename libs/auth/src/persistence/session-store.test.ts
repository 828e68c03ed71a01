import type { Database } from '@org/enterprise-persistence';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { sessionSchema } from '../../test/session-schema.js';
import { sessionStoreContract } from '../contract/session-store.contract.js';
import { persistenceSessionStore } from './persistence-session-store.js';

describe('on PGlite', () => {
  const db = pgliteDatabase({ folder: 'memory' });
  beforeAll(() => db.script(sessionSchema), 60_000);
  afterAll(() => db.close());

  sessionStoreContract({ describe, test }, { name: 'PGlite', open: () => persistenceSessionStore(db), run: (body) => db.unitOfWork.run(body) });
});

describeWithPostgres('on PostgreSQL', () => {
  let server: PostgresServer;
  const opened: Database[] = [];
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
    await server[Symbol.asyncDispose]();
  });

  for (const max of [10, 1]) {
    let made: Promise<Database> | undefined;
    const database = async (): Promise<Database> => {
      const db = postgresDatabase({ url: await server.createDatabase(), max });
      opened.push(db);
      await db.script(sessionSchema);
      return db;
    };
    const open = (): Promise<Database> => (made ??= database());
    sessionStoreContract({ describe, test }, {
      name: `PostgreSQL, pool of ${max}`,
      open: async () => persistenceSessionStore(await open()),
      run: async (body) => (await open()).unitOfWork.run(body),
    });
  }
});
