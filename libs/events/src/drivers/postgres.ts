import type { Database } from '@org/enterprise-persistence';
import { createEventBus } from '../create-event-bus.js';
import type { EventBus, EventBusOptions } from '../event-bus.js';
import type { EventTransport } from '../transport.js';
import { postgresStore } from './postgres-store.js';

export { eventInbox, eventOutbox, eventSubscriptions } from './events.table.js';

export interface PostgresEventsOptions extends EventBusOptions {
  /** How events leave for other processes and come from them. @default none: they go straight to the subscribers in this database */
  readonly transport?: EventTransport;
}

/**
 * Makes a bus on the tables {@link eventOutbox}, {@link eventInbox} and {@link eventSubscriptions} of a database, the same on
 * PostgreSQL and PGlite. Any number of processes share them; appending needs a unit of work.
 */
export const postgresEvents = (database: Database, { transport, ...options }: PostgresEventsOptions): EventBus =>
  createEventBus(postgresStore(database, transport), options);
