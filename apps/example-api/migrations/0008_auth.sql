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
--> statement-breakpoint
CREATE TABLE "auth_attempts" (
	"key" text PRIMARY KEY NOT NULL,
	"level" double precision NOT NULL,
	"counted_at" timestamp (3) with time zone NOT NULL,
	"blocked_until" timestamp (3) with time zone NOT NULL,
	"recovered_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
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
--> statement-breakpoint
CREATE TABLE "auth_places" (
	"place" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth_revocations" (
	"transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "auth_revocations_pkey" PRIMARY KEY("transaction","id","kind","until")
);
--> statement-breakpoint
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
--> statement-breakpoint
CREATE INDEX "auth_api_keys_by_owner" ON "auth_api_keys" USING btree ("owner","created_at");--> statement-breakpoint
CREATE INDEX "auth_attempts_by_recovered_at" ON "auth_attempts" USING btree ("recovered_at");--> statement-breakpoint
CREATE UNIQUE INDEX "auth_one_time_tokens_by_digest" ON "auth_one_time_tokens" USING btree ("digest");--> statement-breakpoint
CREATE INDEX "auth_one_time_tokens_by_window_ends_at" ON "auth_one_time_tokens" USING btree ("window_ends_at");--> statement-breakpoint
CREATE INDEX "auth_places_by_expires_at" ON "auth_places" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "auth_revocations_by_until" ON "auth_revocations" USING btree ("until");--> statement-breakpoint
CREATE INDEX "auth_sessions_by_subject" ON "auth_sessions" USING btree ("subject","created_at");--> statement-breakpoint
CREATE INDEX "auth_sessions_by_expires_at" ON "auth_sessions" USING btree ("expires_at");