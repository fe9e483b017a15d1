ALTER TABLE "experiments" ADD COLUMN "longest_left_ms" double precision;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "measure_ms" double precision;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "times" jsonb;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "expected" jsonb;--> statement-breakpoint
ALTER TABLE "runs" DROP COLUMN "overhead_ms";--> statement-breakpoint
ALTER TABLE "runs" DROP COLUMN "step_cost";