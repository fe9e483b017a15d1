CREATE TABLE "launched_jobs" (
	"launcher" text NOT NULL,
	"id" text NOT NULL,
	"state" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ends_by" timestamp with time zone,
	"node" text,
	"slots" integer NOT NULL,
	"reason" text,
	"end" text,
	"ordered_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "launched_jobs_launcher_id_pk" PRIMARY KEY("launcher","id")
);
--> statement-breakpoint
CREATE TABLE "launchers" (
	"kind" text PRIMARY KEY NOT NULL,
	"mark" text NOT NULL,
	"bounds" jsonb,
	"waiting" integer DEFAULT 0 NOT NULL,
	"looked_at" timestamp with time zone,
	"trouble" jsonb,
	"held" jsonb,
	"retried_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "worker_tokens" ADD COLUMN "launcher" text;