import { createContainer, provide, provideValue, type Provider } from '@org/enterprise-di';
import type { DomainEvent } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { migrations } from '@org/enterprise-persistence/migrations';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { migrationOptions } from '../database.js';
import { EventSink } from '../events/event-sink.js';
import { productRepositoryContract, type OpenedProducts } from './product.repository.contract.js';
import { drizzleProductRepository } from './product.repository.drizzle.js';
import { memoryProductRepository } from './product.repository.memory.js';
import { ProductRepository } from './product.repository.js';

async function opened(...providers: Provider[]): Promise<OpenedProducts> {
  const events: DomainEvent[] = [];
  const sink: EventSink = { append: async (more) => { events.push(...more); } };
  const container = createContainer({ modules: [{ name: 'test', providers: [provideValue(EventSink, sink), ...providers] }] });
  await container.start();
  return { events, products: container.resolve(ProductRepository) };
}

async function openedOn(database: Database): Promise<OpenedProducts> {
  await migrations(database, migrationOptions).migrate();
  return opened(provide(Database, {}, () => database, { dispose: false }), drizzleProductRepository);
}

productRepositoryContract('memory', () => opened(memoryProductRepository));

describe('PGlite', () => {
  const database = pgliteDatabase({ folder: 'memory' });
  afterAll(() => database.close());

  productRepositoryContract('pglite', async () => {
    await database.script('drop schema public cascade; create schema public');
    return openedOn(database);
  });
});

describeWithPostgres('PostgreSQL', () => {
  let server: PostgresServer;
  const opened: Database[] = [];
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())));
  afterAll(() => server[Symbol.asyncDispose]());

  for (const max of [10, 1]) {
    productRepositoryContract(`PostgreSQL, pool of ${max}`, async () => {
      const database = postgresDatabase({ url: await server.createDatabase(), max });
      opened.push(database);
      return openedOn(database);
    });
  }
});
