import { createContainer, provide, provideValue, type Provider } from '@org/enterprise-di';
import { Database } from '@org/enterprise-persistence';
import { onEachMigratedDatabase } from '../databases.testing.js';
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

orderRepositoryContract('memory', (events) => repository(events, memoryOrderRepository));

onEachMigratedDatabase((name, open) => orderRepositoryContract(name, async (events) => {
  const database = await open();
  return repository(events, provide(Database, {}, () => database, { dispose: false }), drizzleOrderRepository);
}));
