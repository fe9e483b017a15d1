ALTER TABLE "runs" ADD COLUMN "stalled_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "waits_for" text;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "drained" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "trouble" jsonb;