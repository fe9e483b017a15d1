CREATE TABLE "servers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"protocol" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"stopped_at" timestamp with time zone,
	"looked_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "held_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "server_id" uuid;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "connected_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "leaving" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "system" jsonb;