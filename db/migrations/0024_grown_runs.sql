ALTER TABLE "runs" ADD COLUMN "parent_id" uuid;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "awaits_parent" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "runs_awaiting" ON "runs" USING btree ("experiment_id") WHERE "runs"."awaits_parent";