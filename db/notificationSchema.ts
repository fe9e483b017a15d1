import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { MetricBound, NotificationBody } from "../contract/wire/notifications.ts";
import { members } from "./peopleSchema.ts";
import { at, experiments, now } from "./schema.ts";

/** Addresses that are told when something happens. */
export const notificationHooks = pgTable(
  "notification_hooks",
  {
    id: uuid("id").primaryKey(),
    /** null: of every experiment. */
    experimentId: uuid("experiment_id").references(() => experiments.id, { onDelete: "cascade" }),
    /** Who set it; null: whoever has the access key. */
    memberId: uuid("member_id").references(() => members.id, { onDelete: "cascade" }),
    url: text("url").notNull(),
    /** What it is signed with: it has to be kept as it is. */
    secret: text("secret").notNull(),
    onEnd: boolean("on_end").notNull(),
    onFailure: boolean("on_failure").notNull(),
    bound: jsonb("bound").$type<MetricBound>(),
    createdAt: now("created_at"),
  },
  (table) => [index("notification_hooks_by_experiment").on(table.experimentId)],
);

/** What is to be sent, and what was. A hook is told of each occasion once; what it was told goes with the experiment, or the hook. */
export const notifications = pgTable(
  "notifications",
  {
    id: uuid("id").primaryKey(),
    hookId: uuid("hook_id")
      .notNull()
      .references(() => notificationHooks.id, { onDelete: "cascade" }),
    /** null: a test. */
    experimentId: uuid("experiment_id").references(() => experiments.id, { onDelete: "cascade" }),
    occasion: text("occasion").notNull(),
    body: jsonb("body").$type<NotificationBody>().notNull(),
    tries: integer("tries").notNull().default(0),
    /** null: it was sent, or given up. */
    nextAt: at("next_at"),
    triedAt: at("tried_at"),
    sentAt: at("sent_at"),
    problem: text("problem"),
    createdAt: now("created_at"),
  },
  (table) => [
    uniqueIndex("notifications_occasion").on(table.hookId, table.occasion),
    index("notifications_due").on(table.nextAt),
  ],
);
