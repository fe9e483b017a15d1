CREATE TABLE "kept_answers" (
	"asker" text NOT NULL,
	"key_hash" text NOT NULL,
	"request" text,
	"request_id" uuid NOT NULL,
	"claim" uuid NOT NULL,
	"claimed_until" timestamp with time zone NOT NULL,
	"status" integer,
	"answer" "bytea",
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "kept_answers_asker_key_hash_pk" PRIMARY KEY("asker","key_hash")
);
--> statement-breakpoint
CREATE INDEX "kept_answers_by_time" ON "kept_answers" USING btree ("created_at");