import { bigserial, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { JobEnd, JobState, LauncherKind, LauncherTrouble } from "../contract/launcher.ts";
import { at, bytea, now } from "./schema.ts";

/** Servers of an external database, now and until a week ago. */
export const servers = pgTable("servers", {
  id: uuid("id").primaryKey(),
  host: text("host").notNull(),
  pid: integer("pid").notNull(),
  version: text("version").notNull(),
  /** Of the workers' protocol. */
  protocol: integer("protocol").notNull(),
  startedAt: now("started_at"),
  lastSeenAt: now("last_seen_at"),
  /** null: it runs, or it ended without a word. */
  stoppedAt: at("stopped_at"),
  /** When it last looked for leases that ran out, as the leader. */
  lookedAt: at("looked_at"),
  /** Tells how people sign in there, and nothing of the key; servers of one database agree in it. */
  signInMark: text("sign_in_mark"),
});

/** Launchers that order workers from a cluster, and what is the matter with them. */
export const launchers = pgTable("launchers", {
  kind: text("kind").$type<LauncherKind>().primaryKey(),
  /** Part of the names of all jobs that are ordered for this database. */
  mark: text("mark").notNull(),
  bounds: jsonb("bounds").$type<{ min: number; max: number }>(),
  /** Runs that waited for its workers when it last looked. */
  waiting: integer("waiting").notNull().default(0),
  lookedAt: at("looked_at"),
  /** The cluster does not answer, or refuses what is ordered. */
  trouble: jsonb("trouble").$type<LauncherTrouble>(),
  /** Why it orders nothing more until a person has seen to it. */
  held: jsonb("held").$type<LauncherTrouble>(),
  /** When a person last saw to it: what happened before no longer counts. */
  retriedAt: now("retried_at"),
});

/** Jobs of a cluster that were ordered, as it last told of them. */
export const launchedJobs = pgTable(
  "launched_jobs",
  {
    launcher: text("launcher").$type<LauncherKind>().notNull(),
    id: text("id").notNull(),
    state: text("state").$type<JobState>().notNull(),
    since: at("since").notNull(),
    startedAt: at("started_at"),
    endsBy: at("ends_by"),
    node: text("node"),
    slots: integer("slots").notNull(),
    reason: text("reason"),
    end: text("end").$type<JobEnd>(),
    orderedAt: now("ordered_at"),
  },
  (table) => [primaryKey({ columns: [table.launcher, table.id] })],
);

/** One row: what the servers of this database share, and nobody needs to hide. */
export const installation = pgTable("installation", {
  /** Always 1. */
  one: integer("one").primaryKey().default(1),
  id: uuid("id").notNull(),
  /** In the names of its cookies: browsers send those to every port of a host. */
  cookieMark: text("cookie_mark").notNull(),
});

/** What is too long for a notification between servers; see server/sockets/openLine.ts. Each row lives for seconds. */
export const relayedFrames = pgTable("relayed_frames", {
  id: bigserial("id", { mode: "number" }).primaryKey(),
  createdAt: now("created_at"),
  payload: bytea("payload").notNull(),
});
