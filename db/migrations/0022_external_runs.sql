ALTER TABLE "experiments" ADD COLUMN "kind" text DEFAULT 'trained' NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "external" jsonb;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "heard_at" timestamp with time zone;