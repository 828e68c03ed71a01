/** The table of API keys as drizzle-kit makes it. */
export const apiKeySchema = `
CREATE TABLE "auth_api_keys" (
  "id" text PRIMARY KEY NOT NULL,
  "owner" text NOT NULL,
  "name" text NOT NULL,
  "scopes" jsonb NOT NULL,
  "hash" text NOT NULL,
  "replaced_hash" text,
  "replaced_until" timestamp (3) with time zone,
  "created_at" timestamp (3) with time zone NOT NULL,
  "rotated_at" timestamp (3) with time zone,
  "expires_at" timestamp (3) with time zone,
  "last_used_at" timestamp (3) with time zone
);
CREATE INDEX "auth_api_keys_by_owner" ON "auth_api_keys" USING btree ("owner","created_at");
`;
