/** The tables of this library as drizzle-kit makes them, and two for what handlers do. */
export const schema = `
CREATE TABLE event_inbox (
  subscriber text NOT NULL,
  event_id text NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  type text NOT NULL,
  version integer NOT NULL,
  key text NOT NULL,
  payload json NOT NULL,
  occurred_at timestamp (3) with time zone NOT NULL,
  correlation_id text,
  causation_id text,
  tenant text,
  traceparent text,
  tracestate text,
  state text DEFAULT 'pending' NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  due_at timestamp (3) with time zone NOT NULL,
  settled_at timestamp (3) with time zone,
  last_error text,
  CONSTRAINT event_inbox_pkey PRIMARY KEY(subscriber,event_id)
);
CREATE TABLE event_outbox (
  position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  event_id text NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  key text NOT NULL,
  payload json NOT NULL,
  occurred_at timestamp (3) with time zone NOT NULL,
  correlation_id text,
  causation_id text,
  tenant text,
  traceparent text,
  tracestate text
);
CREATE TABLE event_subscriptions (
  type text NOT NULL,
  subscriber text NOT NULL,
  seen_at timestamp (3) with time zone NOT NULL,
  CONSTRAINT event_subscriptions_pkey PRIMARY KEY(type,subscriber)
);
CREATE INDEX event_inbox_pending ON event_inbox USING btree (subscriber,position) WHERE state = 'pending';
CREATE INDEX event_inbox_pending_by_key ON event_inbox USING btree (subscriber,key,position) WHERE state = 'pending';
CREATE INDEX event_inbox_dead ON event_inbox USING btree (subscriber,position) WHERE state = 'dead';
CREATE INDEX event_inbox_done ON event_inbox USING btree (settled_at) WHERE state = 'done';
CREATE TABLE facts (n bigint GENERATED ALWAYS AS IDENTITY, event_id text NOT NULL, key text NOT NULL, number int NOT NULL);
CREATE TABLE effects (n bigint GENERATED ALWAYS AS IDENTITY, subscriber text NOT NULL, event_id text NOT NULL, key text NOT NULL, number int NOT NULL, process int NOT NULL);
`;
