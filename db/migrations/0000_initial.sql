CREATE TABLE "attempts" (
	"run_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"lease" text NOT NULL,
	"worker_id" uuid,
	"worker_name" text,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"leased_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"resumed_from_step" integer,
	"started" jsonb,
	"outcome" jsonb,
	CONSTRAINT "attempts_run_id_number_pk" PRIMARY KEY("run_id","number")
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"seq" integer NOT NULL,
	"step" integer NOT NULL,
	"hash" text NOT NULL,
	"bytes" bigint NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "checkpoints_run_id_attempt_seq_pk" PRIMARY KEY("run_id","attempt","seq")
);
--> statement-breakpoint
CREATE TABLE "experiments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"note" text NOT NULL,
	"tags" text[] NOT NULL,
	"config" jsonb NOT NULL,
	"sample" boolean DEFAULT false NOT NULL,
	"archived" boolean DEFAULT false NOT NULL,
	"removed_at" timestamp with time zone,
	"status" text DEFAULT 'queued' NOT NULL,
	"counts" jsonb NOT NULL,
	"progress" double precision DEFAULT 0 NOT NULL,
	"work_left_ms" double precision,
	"nc1_last" double precision,
	"nc1_course" double precision[],
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "geometry_snapshots" (
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"seq" integer NOT NULL,
	"step" integer NOT NULL,
	"snapshot" jsonb NOT NULL,
	CONSTRAINT "geometry_snapshots_run_id_attempt_seq_pk" PRIMARY KEY("run_id","attempt","seq")
);
--> statement-breakpoint
CREATE TABLE "log_lines" (
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"seq" integer NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"level" text NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "log_lines_run_id_attempt_seq_pk" PRIMARY KEY("run_id","attempt","seq")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"experiment_id" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"cell" text NOT NULL,
	"config" jsonb NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"setbacks" integer DEFAULT 0 NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"total_steps" integer NOT NULL,
	"step_ms" double precision,
	"overhead_ms" double precision,
	"step_cost" double precision NOT NULL,
	"last" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"missing" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"optimum" jsonb,
	"dataset" jsonb,
	"failure" jsonb,
	"lease" text,
	"lease_until" timestamp with time zone,
	"worker_id" uuid,
	"worker_name" text,
	"queued_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "series_chunks" (
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"key" text NOT NULL,
	"block" integer NOT NULL,
	"steps" "bytea" NOT NULL,
	"values" "bytea" NOT NULL,
	CONSTRAINT "series_chunks_run_id_key_attempt_block_pk" PRIMARY KEY("run_id","key","attempt","block")
);
--> statement-breakpoint
CREATE TABLE "shares" (
	"id" uuid PRIMARY KEY NOT NULL,
	"experiment_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"hide_names" boolean NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "worker_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"local" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token_id" uuid NOT NULL,
	"name" text NOT NULL,
	"local" boolean NOT NULL,
	"version" text NOT NULL,
	"machine" jsonb NOT NULL,
	"slots" integer NOT NULL,
	"devices" jsonb NOT NULL,
	"datasets" jsonb NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "geometry_snapshots" ADD CONSTRAINT "geometry_snapshots_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "log_lines" ADD CONSTRAINT "log_lines_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "series_chunks" ADD CONSTRAINT "series_chunks_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shares" ADD CONSTRAINT "shares_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "experiments_by_update" ON "experiments" USING btree ("archived","updated_at" DESC NULLS LAST) WHERE "experiments"."removed_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "runs_ordinal" ON "runs" USING btree ("experiment_id","ordinal");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_cell" ON "runs" USING btree ("experiment_id","cell");--> statement-breakpoint
CREATE INDEX "runs_queued" ON "runs" USING btree ("queued_at") WHERE "runs"."status" = 'queued';--> statement-breakpoint
CREATE INDEX "runs_leased" ON "runs" USING btree ("lease_until") WHERE "runs"."lease" is not null;--> statement-breakpoint
CREATE INDEX "runs_measured" ON "runs" USING btree ("ended_at") WHERE "runs"."step_ms" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "shares_hash" ON "shares" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "shares_by_experiment" ON "shares" USING btree ("experiment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "worker_tokens_hash" ON "worker_tokens" USING btree ("hash");