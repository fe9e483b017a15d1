DROP INDEX "runs_measured";--> statement-breakpoint
DROP INDEX "runs_leased";--> statement-breakpoint
CREATE INDEX "runs_started" ON "runs" USING btree ("started_at" DESC NULLS LAST) WHERE "runs"."started_at" is not null;--> statement-breakpoint
CREATE INDEX "runs_leased" ON "runs" USING btree ("worker_id") WHERE "runs"."lease" is not null;