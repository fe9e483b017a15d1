CREATE TABLE "installation" (
	"one" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"id" uuid NOT NULL,
	"cookie_mark" text NOT NULL
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "relayed_frames" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"payload" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "entry_codes" (
	"hash" text PRIMARY KEY NOT NULL,
	"place" text NOT NULL,
	"key_mark" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_misses" (
	"knocker" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone[] NOT NULL,
	"last_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "sign_in_mark" text;--> statement-breakpoint
CREATE INDEX "sign_in_misses_by_time" ON "sign_in_misses" USING btree ("last_at");