/** The tables of sessions and revocations as drizzle-kit makes them. */
export const sessionSchema = `
CREATE TABLE "auth_sessions" (
  "id" uuid PRIMARY KEY NOT NULL,
  "subject" text NOT NULL,
  "name" text NOT NULL,
  "user_agent" text,
  "address" text,
  "created_at" timestamp (3) with time zone NOT NULL,
  "last_used_at" timestamp (3) with time zone NOT NULL,
  "expires_at" timestamp (3) with time zone NOT NULL,
  "ends_at" timestamp (3) with time zone NOT NULL,
  "secret_hash" text NOT NULL,
  "generation" integer NOT NULL,
  "previous_hash" text,
  "rotated_at" timestamp (3) with time zone,
  "salt" text,
  "key_id" text
);
CREATE TABLE "auth_revocations" (
  "transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
  "id" text NOT NULL,
  "kind" text NOT NULL,
  "until" timestamp (3) with time zone NOT NULL,
  CONSTRAINT "auth_revocations_pkey" PRIMARY KEY("transaction","id","kind","until")
);
CREATE INDEX "auth_sessions_by_subject" ON "auth_sessions" USING btree ("subject","created_at");
CREATE INDEX "auth_sessions_by_expires_at" ON "auth_sessions" USING btree ("expires_at");
CREATE INDEX "auth_revocations_by_until" ON "auth_revocations" USING btree ("until");
`;
