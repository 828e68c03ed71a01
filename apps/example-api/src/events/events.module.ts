import { provide, type Module } from '@org/enterprise-di';
import { EventBus, type Subscriber } from '@org/enterprise-events';
import { postgresEvents } from '@org/enterprise-events/postgres';
import { handlerDeps, resolveFrom } from '@org/enterprise-http';
import { token, type Resolve } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { Clock, Logger, Settings } from '../platform.js';

/** What the subscribers ask for, by token id. */
const SubscriberDeps = token<Readonly<Record<string, unknown>>>('events.SubscriberDeps');
/** The bus once it delivers. */
const EventDelivery = token<EventBus>('events.EventDelivery');

/**
 * Carries the events of all domains to their subscribers. Repositories need the sink and subscribers need repositories, so
 * the bus gets what its subscribers ask for when it starts.
 */
export function eventsModule(subscribers: readonly Subscriber[]): Module {
  let resolve: Resolve;
  return {
    name: 'events',
    providers: [
      provide(EventBus, { database: Database, settings: Settings, clock: Clock, logger: Logger }, ({ database, settings, clock, logger }) => postgresEvents(database, {
        subscribers, clock, logger,
        resolve: (wanted) => resolve(wanted),
        // Half of the connections stay for requests.
        ...(database.driver === 'postgres' && { concurrency: Math.max(1, Math.floor(settings.DATABASE_POOL_MAX / 2)) }),
      })),
      provide(SubscriberDeps, handlerDeps(subscribers), (deps) => deps),
      provide(EventDelivery, { bus: EventBus, deps: SubscriberDeps }, ({ bus, deps }) => {
        resolve = resolveFrom(deps);
        return bus;
      }, { start: (bus) => bus.start(), drain: (bus) => bus.drain(), dispose: false }),
    ],
  };
}
