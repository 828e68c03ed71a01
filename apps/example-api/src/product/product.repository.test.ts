import { createContainer, provide, provideValue, type Provider } from '@org/enterprise-di';
import type { DomainEvent } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { onEachMigratedDatabase } from '../databases.testing.js';
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

productRepositoryContract('memory', () => opened(memoryProductRepository));

onEachMigratedDatabase((name, open) => productRepositoryContract(name, async () => {
  const database = await open();
  return opened(provide(Database, {}, () => database, { dispose: false }), drizzleProductRepository);
}));
