ALTER TABLE "runs" ADD COLUMN "from_start" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "own_sets" jsonb;