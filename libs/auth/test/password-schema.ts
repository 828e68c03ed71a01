/** The tables of attempts and single-use tokens as drizzle-kit makes them. */
export const passwordSchema = `
CREATE TABLE "auth_attempts" (
  "key" text PRIMARY KEY NOT NULL,
  "level" double precision NOT NULL,
  "counted_at" timestamp (3) with time zone NOT NULL,
  "blocked_until" timestamp (3) with time zone NOT NULL,
  "recovered_at" timestamp (3) with time zone NOT NULL
);
CREATE TABLE "auth_places" (
  "place" text PRIMARY KEY NOT NULL,
  "expires_at" timestamp (3) with time zone NOT NULL
);
CREATE TABLE "auth_one_time_tokens" (
  "purpose" text NOT NULL,
  "subject" text NOT NULL,
  "digest" text,
  "payload" jsonb,
  "expires_at" timestamp (3) with time zone NOT NULL,
  "issued" integer NOT NULL,
  "window_ends_at" timestamp (3) with time zone NOT NULL,
  CONSTRAINT "auth_one_time_tokens_pkey" PRIMARY KEY("purpose","subject")
);
CREATE INDEX "auth_attempts_by_recovered_at" ON "auth_attempts" USING btree ("recovered_at");
CREATE INDEX "auth_places_by_expires_at" ON "auth_places" USING btree ("expires_at");
CREATE UNIQUE INDEX "auth_one_time_tokens_by_digest" ON "auth_one_time_tokens" USING btree ("digest");
CREATE INDEX "auth_one_time_tokens_by_window_ends_at" ON "auth_one_time_tokens" USING btree ("window_ends_at");
`;
