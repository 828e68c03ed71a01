import type { Database } from '@org/enterprise-persistence';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { schema } from '../../test/schema.js';
import { eventsContract } from '../contract/index.js';
import type { Open } from '../contract/fixture.js';
import { postgresEvents } from './postgres.js';

/** Opens each bus on the same database, emptied. */
const opening = (database: () => Promise<Database>): Open => async (options) => {
  const db = await database();
  await db.script('truncate event_outbox, event_inbox, event_subscriptions');
  const bus = postgresEvents(db, options);
  return { bus, run: (body) => db.unitOfWork.run(body), [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
};

describe('on PGlite', () => {
  const db = pgliteDatabase({ folder: 'memory' });
  beforeAll(() => db.script(schema), 60_000);
  afterAll(() => db.close());

  eventsContract({ describe, test }, { name: 'PGlite', open: opening(async () => db) });
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
    let db: Promise<Database> | undefined;
    const open = async (): Promise<Database> => {
      const made = postgresDatabase({ url: await server.createDatabase(), max });
      opened.push(made);
      await made.script(schema);
      return made;
    };
    eventsContract({ describe, test }, { name: `PostgreSQL, pool of ${max}`, open: opening(() => (db ??= open())) });
  }
});
