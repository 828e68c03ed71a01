CREATE TABLE "event_inbox" (
	"subscriber" text NOT NULL,
	"event_id" text NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "event_inbox_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"type" text NOT NULL,
	"version" integer NOT NULL,
	"key" text NOT NULL,
	"payload" json NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"correlation_id" text,
	"causation_id" text,
	"tenant" text,
	"traceparent" text,
	"tracestate" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"last_error" text,
	CONSTRAINT "event_inbox_pkey" PRIMARY KEY("subscriber","event_id")
);
--> statement-breakpoint
CREATE TABLE "event_outbox" (
	"position" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "event_outbox_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" text NOT NULL,
	"type" text NOT NULL,
	"version" integer NOT NULL,
	"key" text NOT NULL,
	"payload" json NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"correlation_id" text,
	"causation_id" text,
	"tenant" text,
	"traceparent" text,
	"tracestate" text
);
--> statement-breakpoint
CREATE TABLE "event_subscriptions" (
	"type" text NOT NULL,
	"subscriber" text NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "event_subscriptions_pkey" PRIMARY KEY("type","subscriber")
);
--> statement-breakpoint
CREATE INDEX "event_inbox_pending" ON "event_inbox" USING btree ("subscriber","position") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "event_inbox_pending_by_key" ON "event_inbox" USING btree ("subscriber","key","position") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "event_inbox_dead" ON "event_inbox" USING btree ("subscriber","position") WHERE state = 'dead';--> statement-breakpoint
CREATE INDEX "event_inbox_done" ON "event_inbox" USING btree ("settled_at") WHERE state = 'done';