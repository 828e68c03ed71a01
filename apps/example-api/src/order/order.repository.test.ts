import { createContainer, provide, provideValue, type Provider } from '@org/enterprise-di';
import { Database } from '@org/enterprise-persistence';
import { migrations } from '@org/enterprise-persistence/migrations';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { migrationOptions } from '../database.js';
import { EventSink } from '../events/event-sink.js';
import { orderRepositoryContract } from './order.repository.contract.js';
import { drizzleOrderRepository } from './order.repository.drizzle.js';
import { memoryOrderRepository } from './order.repository.memory.js';
import { OrderRepository } from './order.repository.js';

async function repository(events: EventSink, ...providers: Provider[]): Promise<OrderRepository> {
  const container = createContainer({ modules: [{ name: 'test', providers: [provideValue(EventSink, events), ...providers] }] });
  await container.start();
  return container.resolve(OrderRepository);
}

async function repositoryOn(database: Database, events: EventSink): Promise<OrderRepository> {
  await migrations(database, migrationOptions).migrate();
  return repository(events, provide(Database, {}, () => database, { dispose: false }), drizzleOrderRepository);
}

orderRepositoryContract('memory', (events) => repository(events, memoryOrderRepository));

describe('PGlite', () => {
  const database = pgliteDatabase({ folder: 'memory' });
  afterAll(() => database.close());

  orderRepositoryContract('pglite', async (events) => {
    await database.script('drop schema public cascade; create schema public');
    return repositoryOn(database, events);
  });
});

describeWithPostgres('PostgreSQL', () => {
  let server: PostgresServer;
  const opened: Database[] = [];
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())));
  afterAll(() => server[Symbol.asyncDispose]());

  for (const max of [10, 1]) {
    orderRepositoryContract(`PostgreSQL, pool of ${max}`, async (events) => {
      const database = postgresDatabase({ url: await server.createDatabase(), max });
      opened.push(database);
      return repositoryOn(database, events);
    });
  }
});
