import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { OwnSet } from "../contract/data/ownSet.ts";
import type { ResolvedDataset } from "../contract/data/resolvedDataset.ts";
import type { AnyExperimentConfig, AnyRunConfig, ExperimentKind } from "../contract/external/externalConfig.ts";
import type { StoredExternal } from "../contract/external/externalFacts.ts";
import type { FailureCode } from "../contract/failure.ts";
import type { LauncherKind } from "../contract/launcher.ts";
import type { MeasurementGaps } from "../contract/metrics/measurementGaps.ts";
import type { Priority } from "../contract/priority.ts";
import type { ExperimentStatus, RunCounts, RunStatus } from "../contract/status.ts";
import type { Provenance } from "../contract/wire/archiveFormat.ts";
import type { FramePolicy } from "../contract/wire/framePolicy.ts";
import type { PacksOffered } from "../contract/wire/packs.ts";
import type { Evaluation, GeometrySnapshot, OptimumSummary, StartedEvent } from "../contract/wire/runEvents.ts";
import type { AttemptOutcome, WorkerTrouble } from "../contract/wire/views.ts";
import type { Heartbeat, Hello } from "../contract/wire/workerProtocol.ts";
import { clock } from "./clock.ts";

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
export const now = (name: string) => at(name).notNull().default(clock);

/** A study. Counts, progress and nc1 follow from its runs and are kept here, so that lists read no runs. */
export const experiments = pgTable(
  "experiments",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    note: text("note").notNull(),
    tags: text("tags").array().notNull(),
    config: jsonb("config").$type<AnyExperimentConfig>().notNull(),
    kind: text("kind").$type<ExperimentKind>().notNull().default("trained"),
    sample: boolean("sample").notNull().default(false),
    archived: boolean("archived").notNull().default(false),
    removedAt: at("removed_at"),
    status: text("status").$type<ExperimentStatus>().notNull().default("queued"),
    counts: jsonb("counts").$type<RunCounts>().notNull(),
    progress: doublePrecision("progress").notNull().default(0),
    /** Training time left for one worker slot; null while no step time is known. */
    workLeftMs: doublePrecision("work_left_ms"),
    /** The same of the run that has most left, which no second slot makes shorter. */
    maxLeftMs: doublePrecision("longest_left_ms"),
    nc1Last: doublePrecision("nc1_last"),
    nc1History: doublePrecision("nc1_course").array(),
    /** Name of who launched it, as it was then; null for recordings and where there is no sign-in. */
    launchedBy: text("launched_by"),
    /** The member who launched it, in whose share of the slots its runs are; null: the owner. Stays when the member goes. */
    launchedById: uuid("launched_by_id"),
    priority: text("priority").$type<Priority>().notNull().default("normal"),
    /** Where it was imported from; null: it was made here. */
    provenance: jsonb("provenance").$type<Provenance>(),
    createdAt: now("created_at"),
    updatedAt: now("updated_at"),
  },
  (table) => [index("experiments_by_update").on(table.archived, table.updatedAt.desc()).where(sql`${table.removedAt} is null`)],
);

/** Wall times of a run's parts, ms: from its lease to its first step and back from its last, a step, a measurement, what comes after training. */
export interface PartTimes {
  startMs: number;
  stepMs: number;
  measureMs: number;
  evaluateMs: number;
}

/** One cell of a study's grid. Its row carries the truth about who may train it: status, attempt and lease. */
export const runs = pgTable(
  "runs",
  {
    id: uuid("id").primaryKey(),
    experimentId: uuid("experiment_id")
      .notNull()
      .references(() => experiments.id, { onDelete: "cascade" }),
    ordinal: integer("ordinal").notNull(),
    /** Digest of the config: a cell exists once in its experiment. */
    cell: text("cell").notNull(),
    config: jsonb("config").$type<AnyRunConfig>().notNull(),
    status: text("status").$type<RunStatus>().notNull().default("queued"),
    attempt: integer("attempt").notNull().default(0),
    /** Its next attempt that starts begins at step 0, on the data as they are. */
    fromStart: boolean("from_start").notNull().default(false),
    /** Attempts in a row that crashed or were lost without getting further than those before them: at the limit the run fails. */
    failedAttempts: integer("setbacks").notNull().default(0),
    step: integer("step").notNull().default(0),
    totalSteps: integer("total_steps").notNull(),
    stepMs: doublePrecision("step_ms"),
    /** Wall time of its last measurement. */
    measureMs: doublePrecision("measure_ms"),
    /** What its parts took on the average, once it has finished. */
    times: jsonb("times").$type<PartTimes>(),
    /** What its parts were expected to take when it was made; null for recordings. */
    expected: jsonb("expected").$type<PartTimes & { measurements: number }>(),
    last: jsonb("last").$type<Record<string, number>>().notNull().default({}),
    missing: jsonb("missing").$type<Record<string, string>>().notNull().default({}),
    optimum: jsonb("optimum").$type<OptimumSummary>(),
    dataset: jsonb("dataset").$type<ResolvedDataset>(),
    /** What was found after training; null until then, and where nothing was asked for. */
    evaluation: jsonb("evaluation").$type<Evaluation>(),
    failure: jsonb("failure").$type<{ code: FailureCode; message: string }>(),
    /** Steps of its schedule of which nothing is stored though it has finished; null: there are none, or it has not. */
    gaps: jsonb("gaps").$type<MeasurementGaps>(),
    /** Since when its process has given its worker no sign of life. */
    stalledSince: at("stalled_since"),
    /** Why no connected worker may take it while it is queued. */
    waitsFor: text("waits_for"),
    lease: text("lease"),
    leaseUntil: at("lease_until"),
    /** Which runs it may share a pack with, see packKey.ts; null: stored before there were packs. */
    packKey: text("pack_key"),
    /** Those that a worker was given together with it, of its last claim; null: it was given alone. */
    packId: uuid("pack_id"),
    /** How many were given together, or train together since it has started. */
    packRuns: integer("pack_runs").notNull().default(1),
    /** Runs that it may share a pack with, itself included, since one that it was in crashed; null: as many as there are. */
    packLimit: integer("pack_limit"),
    /** Its lease does not run out before: its worker is of another version, and gets time for an upgrade. */
    heldUntil: at("held_until"),
    workerId: uuid("worker_id"),
    workerName: text("worker_name"),
    /** The run that it grows from; null: it begins from random values, or that run has been deleted. */
    parentId: uuid("parent_id"),
    /** Nobody is given it yet: its parent has not finished, or the parent's last checkpoint is not in the store. */
    awaitsParent: boolean("awaits_parent").notNull().default(false),
    /** Of a run that was trained elsewhere, beside its config; null: it is trained here. */
    external: jsonb("external").$type<StoredExternal>(),
    /** When a run that is trained elsewhere was last heard of. */
    heardAt: at("heard_at"),
    queuedAt: now("queued_at"),
    startedAt: at("started_at"),
    endedAt: at("ended_at"),
  },
  (table) => [
    uniqueIndex("runs_ordinal").on(table.experimentId, table.ordinal),
    uniqueIndex("runs_cell").on(table.experimentId, table.cell),
    index("runs_queued").on(table.queuedAt).where(sql`${table.status} = 'queued'`),
    index("runs_to_pack").on(table.packKey, table.experimentId, table.ordinal).where(sql`${table.status} = 'queued'`),
    // Heartbeats change step, step time and the end of the lease: no index knows these, so that such a change stays within its page.
    index("runs_leased").on(table.workerId).where(sql`${table.lease} is not null`),
    index("runs_awaiting").on(table.experimentId).where(sql`${table.awaitsParent}`),
    index("runs_started").on(table.startedAt.desc()).where(sql`${table.startedAt} is not null`),
  ],
);

/** Those who have launched something, each with a queue of their own: free slots are shared among them. */
export const turns = pgTable("turns", {
  queue: text("queue").primaryKey(),
  /** null: the owner */
  memberId: uuid("member_id"),
  /** Number of the last turn they had; 0 before the first. */
  lastTurn: bigint("last_turn", { mode: "number" }).notNull().default(0),
});

/** One execution of a run by one worker, fenced by its lease token. */
export const attempts = pgTable(
  "attempts",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    number: integer("number").notNull(),
    lease: text("lease").notNull(),
    workerId: uuid("worker_id"),
    workerName: text("worker_name"),
    /** Number of the last stored event: a batch is stored from its successor on. */
    lastSeq: integer("last_seq").notNull().default(0),
    /** Furthest step of which a measurement or a checkpoint is stored: up to it, what the attempt measured is stored without a hole. */
    lastStep: integer("last_step"),
    leasedAt: now("leased_at"),
    startedAt: at("started_at"),
    endedAt: at("ended_at"),
    resumedFromStep: integer("resumed_from_step"),
    started: jsonb("started").$type<StartedEvent>(),
    outcome: jsonb("outcome").$type<AttemptOutcome>(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.number] })],
);

/** Points of one series of one attempt, up to 128 events' worth: steps int32[], values float64[], little-endian. */
export const seriesChunks = pgTable(
  "series_chunks",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    attempt: integer("attempt").notNull(),
    key: text("key").notNull(),
    block: integer("block").notNull(),
    steps: bytea("steps").notNull(),
    values: bytea("values").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.key, table.attempt, table.block] })],
);

export const geometrySnapshots = pgTable(
  "geometry_snapshots",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    attempt: integer("attempt").notNull(),
    seq: integer("seq").notNull(),
    step: integer("step").notNull(),
    snapshot: jsonb("snapshot").$type<GeometrySnapshot>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.attempt, table.seq] })],
);

export const logLines = pgTable(
  "log_lines",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    attempt: integer("attempt").notNull(),
    seq: integer("seq").notNull(),
    at: now("at"),
    level: text("level").$type<"info" | "warning" | "error">().notNull(),
    text: text("text").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.attempt, table.seq] })],
);

export const checkpoints = pgTable(
  "checkpoints",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    attempt: integer("attempt").notNull(),
    seq: integer("seq").notNull(),
    step: integer("step").notNull(),
    hash: text("hash").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    at: now("at"),
  },
  (table) => [primaryKey({ columns: [table.runId, table.attempt, table.seq] })],
);

/** Files of runs that are in the store of server/artefacts. */
export const runFiles = pgTable(
  "run_files",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    attempt: integer("attempt").notNull(),
    name: text("name").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    sha256: text("sha256").notNull(),
    at: now("at"),
  },
  (table) => [primaryKey({ columns: [table.runId, table.attempt, table.name] })],
);

/** The store that holds the files of this database's runs: one row, once a server has opened it. */
export const artefactStore = pgTable("artefact_store", {
  only: boolean("only").primaryKey().default(true),
  /** What the store is marked with. */
  mark: text("mark").notNull(),
  /** Where it was when it was marked, for people. */
  place: text("place").notNull(),
});

export interface WorkerGreeting {
  count: number;
  nonce: string;
  /** The process that was greeted. */
  instance: string;
  /** The greeting before ("" for none), until the worker has shown that it heard this one. */
  unheardAfter: string | null;
}

/** A machine that connected once, under the identity in its data folder. */
export const workers = pgTable("workers", {
  id: uuid("id").primaryKey(),
  /** The token it came by: another one may not speak for it while this one is valid. */
  tokenId: uuid("token_id").notNull(),
  name: text("name").notNull(),
  local: boolean("local").notNull(),
  version: text("version").notNull(),
  machine: jsonb("machine").$type<Hello["machine"]>().notNull(),
  slots: integer("slots").notNull(),
  /** It has its identity for one life. */
  ephemeral: boolean("ephemeral").notNull().default(false),
  /** When it suspends its runs and ends; null: it has no such time. */
  endsAt: at("ends_at"),
  devices: jsonb("devices").$type<string[]>().notNull(),
  datasets: jsonb("datasets").$type<Hello["datasets"]>().notNull(),
  /** null until it has said what its data-set folder holds. */
  ownSets: jsonb("own_sets").$type<OwnSet[]>(),
  /** What it was told at its last hello, and may have missed: an older or other word comes from a copy of its folder. */
  greeting: jsonb("greeting").$type<WorkerGreeting>(),
  /** A person lets it finish its runs and take no new ones. */
  drained: boolean("drained").notNull().default(false),
  /** Troubles of its own in a row, and the last of them. */
  trouble: jsonb("trouble").$type<WorkerTrouble & { count: number }>(),
  /** The server it is connected to; null if it has hung up. */
  serverId: uuid("server_id"),
  connectedAt: at("connected_at"),
  /** It is stopping, and takes no more runs over this connection. */
  leaving: boolean("leaving").notNull().default(false),
  /** How many runs it trains as one pack; null: one run in a slot. */
  packs: jsonb("packs").$type<PacksOffered>(),
  /** From its last heartbeat. */
  system: jsonb("system").$type<Heartbeat["system"]>(),
  firstSeenAt: now("first_seen_at"),
  lastSeenAt: now("last_seen_at"),
});

/** Tokens of workers; only their sha256 is stored. */
export const workerTokens = pgTable(
  "worker_tokens",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    hash: text("hash").notNull(),
    /** The token of the worker that the server itself starts. */
    local: boolean("local").notNull().default(false),
    /** The launcher that hands it to the workers it orders; null: a person does. */
    launcher: text("launcher").$type<LauncherKind>(),
    createdAt: now("created_at"),
    lastUsedAt: at("last_used_at"),
    /** null: until it is revoked. */
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
  },
  (table) => [uniqueIndex("worker_tokens_hash").on(table.hash)],
);

/** Links that open one experiment, read-only; only the token's sha256 is stored. */
export const shares = pgTable(
  "shares",
  {
    id: uuid("id").primaryKey(),
    experimentId: uuid("experiment_id")
      .notNull()
      .references(() => experiments.id, { onDelete: "cascade" }),
    hash: text("hash").notNull(),
    hideNames: boolean("hide_names").notNull(),
    /** Which sites may show its charts in a frame. */
    frames: jsonb("frames").$type<FramePolicy>().notNull().default(sql`'"nobody"'::jsonb`),
    createdAt: now("created_at"),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
    lastUsedAt: at("last_used_at"),
  },
  (table) => [uniqueIndex("shares_hash").on(table.hash), index("shares_by_experiment").on(table.experimentId)],
);
