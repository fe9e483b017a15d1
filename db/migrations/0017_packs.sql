ALTER TABLE "runs" ADD COLUMN "pack_key" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "pack_id" uuid;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "pack_runs" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "packs" jsonb;--> statement-breakpoint
CREATE INDEX "runs_to_pack" ON "runs" USING btree ("pack_key","experiment_id","ordinal") WHERE "runs"."status" = 'queued';