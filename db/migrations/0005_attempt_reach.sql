ALTER TABLE "attempts" ADD COLUMN "last_step" integer;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "gaps" jsonb;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "greeting" jsonb;--> statement-breakpoint
UPDATE "attempts" SET "last_step" = "made"."step" FROM (
  SELECT "run_id", "attempt", max("step") AS "step" FROM "checkpoints" GROUP BY "run_id", "attempt"
) AS "made" WHERE "made"."run_id" = "attempts"."run_id" AND "made"."attempt" = "attempts"."number";
