CREATE TABLE "notification_hooks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"experiment_id" uuid,
	"member_id" uuid,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"on_end" boolean NOT NULL,
	"on_failure" boolean NOT NULL,
	"bound" jsonb,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"hook_id" uuid NOT NULL,
	"experiment_id" uuid,
	"occasion" text NOT NULL,
	"body" jsonb NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone,
	"tried_at" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"problem" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "notification_hooks" ADD CONSTRAINT "notification_hooks_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_hooks" ADD CONSTRAINT "notification_hooks_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_hook_id_notification_hooks_id_fk" FOREIGN KEY ("hook_id") REFERENCES "public"."notification_hooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "notification_hooks_by_experiment" ON "notification_hooks" USING btree ("experiment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_occasion" ON "notifications" USING btree ("hook_id","occasion");--> statement-breakpoint
CREATE INDEX "notifications_due" ON "notifications" USING btree ("next_at");