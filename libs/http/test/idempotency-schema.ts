/** The table of the keys as drizzle-kit makes it, and one for what handlers do. */
export const schema = `
  create table idempotency_keys (
    scope text not null, key text not null, fingerprint text not null, expires_at timestamp (3) with time zone not null,
    status smallint, headers jsonb, body text,
    constraint idempotency_keys_pkey primary key (scope, key)
  );
  create index idempotency_keys_by_expires_at on idempotency_keys using btree (expires_at);
  create table effects (n int not null);
`;
