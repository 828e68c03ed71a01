import { sql } from 'drizzle-orm/sql/sql';
import type { RecordedEvent } from '../recorded-event.js';
import type { eventInbox, eventOutbox } from './events.table.js';

/** The columns that outbox and inbox share. */
export const eventColumns = sql.raw('event_id, type, version, key, payload, occurred_at, correlation_id, causation_id, tenant, traceparent, tracestate');

/** Rows of a JSON text, as {@link toJson} writes it. */
export const eventsOfJson = (json: unknown) => sql`json_to_recordset(${json}) as event(event_id text, type text, version int, key text, payload json,
  occurred_at timestamptz, correlation_id text, causation_id text, tenant text, traceparent text, tracestate text)`;

export const toJson = (events: readonly RecordedEvent[]): string => JSON.stringify(events.map((event) => ({
  event_id: event.id, type: event.type, version: event.version, key: event.key,
  // What JSON leaves out, the column would take as SQL's null.
  payload: event.payload ?? null,
  occurred_at: event.occurredAt, correlation_id: event.correlationId, causation_id: event.causationId,
  tenant: event.tenant, traceparent: event.traceparent, tracestate: event.tracestate,
})));

/** What to select of an event. The payload comes as a text: drizzle would parse a text that was parsed by the driver again. */
export const eventFields = (table: typeof eventOutbox | typeof eventInbox) => ({
  eventId: table.eventId, type: table.type, version: table.version, key: table.key, payload: sql<string>`${table.payload}::text`.as('payload_text'),
  occurredAt: table.occurredAt, correlationId: table.correlationId, causationId: table.causationId,
  tenant: table.tenant, traceparent: table.traceparent, tracestate: table.tracestate,
});

export interface StoredEvent {
  readonly eventId: string;
  readonly type: string;
  readonly version: number;
  readonly key: string;
  readonly payload: string;
  readonly occurredAt: Date;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly tenant: string | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** An event as values of the columns. */
export const toRow = ({ id, payload, ...event }: RecordedEvent): StoredEvent =>
  ({ ...absent, ...event, eventId: id, payload: JSON.stringify(payload ?? null) });
const absent = { correlationId: null, causationId: null, tenant: null, traceparent: null, tracestate: null };

export const toEvent = ({ eventId, type, version, key, payload, occurredAt, correlationId, causationId, tenant, traceparent, tracestate }: StoredEvent): RecordedEvent => ({
  id: eventId, type, version, key, payload: JSON.parse(payload), occurredAt,
  ...(correlationId !== null && { correlationId }),
  ...(causationId !== null && { causationId }),
  ...(tenant !== null && { tenant }),
  ...(traceparent !== null && { traceparent }),
  ...(tracestate !== null && { tracestate }),
});
