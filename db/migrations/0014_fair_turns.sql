CREATE TABLE "turns" (
	"queue" text PRIMARY KEY NOT NULL,
	"member_id" uuid,
	"last_turn" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "experiments" ADD COLUMN "launched_by_id" uuid;--> statement-breakpoint
ALTER TABLE "experiments" ADD COLUMN "priority" text DEFAULT 'normal' NOT NULL;