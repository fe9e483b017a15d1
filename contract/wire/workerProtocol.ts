import { z } from "zod";
import { runConfig } from "../config/runConfig.ts";
import { datasetIds } from "../data/datasetConfig.ts";
import { wireText } from "../wireText.ts";
import { assignedPack, maxPackRuns, packsOffered } from "./packs.ts";
import { spooledEvent } from "./runEvents.ts";

/** Raised when a worker and a server of different ages would misunderstand each other. */
export const workerProtocolVersion = 6;

/** Socket.IO namespace of the workers. */
export const workerNamespace = "/worker";

/** A server's default times; a worker learns its server's times from the answer to hello. */
export const protocolTimes = {
  /** A worker renews the leases of its runs this often. */
  heartbeatMs: 3_000,
  /** A lease not renewed for so long is lost, and its run queued again. */
  leaseMs: 15_000,
} as const;

export const protocolSizes = {
  /** Largest message a worker sends, bytes of JSON: the server's buffer bound lies above it. A larger event is replaced by a line in the log. */
  messageBytes: 4_000_000,
  /** A batch of events is closed at this size. */
  batchBytes: 500_000,
} as const;

/** The claim on one attempt: every write carries it, and a superseded one is refused (a fencing token). */
export const lease = z.strictObject({ runId: z.uuid(), attempt: z.int().min(1), lease: z.string().min(20).max(100) });
export type Lease = z.infer<typeof lease>;

export const datasetAvailability = z.strictObject({
  id: z.enum(datasetIds),
  available: z.boolean(),
  /** Where it was found, or what was tried and what to do. */
  detail: wireText(2000),
});
export type DatasetAvailability = z.infer<typeof datasetAvailability>;

/** More parts of GPUs than a host has. */
const maxGpus = 256;

/** What a server gives a worker at each hello, to be shown at the next one. */
export const greeting = z.strictObject({ count: z.int().min(1), nonce: z.string().min(8).max(64) });
export type Greeting = z.infer<typeof greeting>;

/** What a worker runs on. */
export const machine = z.strictObject({
  host: wireText(200),
  platform: wireText(80),
  cpu: wireText(200),
  cores: z.int(),
  memoryBytes: z.number(),
  /** Those that its runs are put on, in the order of the slots; absent: it computes on the CPU, or on what it cannot name. */
  gpus: z
    .array(z.strictObject({ name: wireText(200), memoryBytes: z.number().min(0).nullable() }))
    .max(maxGpus)
    .optional(),
  /** What there is to say of how runs are put on them. */
  gpusNote: wireText(500).optional(),
});

/** worker → server "hello", after each connection; the answer is `HelloAnswer`. */
export const hello = z.strictObject({
  protocol: z.int(),
  /** Stable identity of the worker: made once, kept in its data folder. */
  workerId: z.uuid(),
  /** Tells two workers on copies of one folder apart; absent: they are not told apart. */
  identity: z
    .strictObject({
      /** Of the worker's process. */
      instance: z.uuid(),
      /** The last one it was given; null if it never was. */
      greeting: greeting.nullable(),
    })
    .optional(),
  name: wireText(80).min(1),
  version: wireText(40),
  machine,
  slots: z.int().min(1).max(256),
  /** It has an identity for this one life: it does not come back under it. */
  ephemeral: z.boolean().optional(),
  /** For how much longer its runs train, until it suspends them; absent: without an end. */
  minutesLeft: z.number().min(0).max(1_000_000).optional(),
  devices: z.array(wireText(200)).max(64),
  datasets: z.array(datasetAvailability).max(64),
  /** Attempts this worker still trains or still has unsent events of. */
  holding: z.array(lease).max(1000),
  /** Attempts whose events it still has though the server stored them to their end. */
  kept: z.array(lease).max(200).default([]),
  /** Absent: it trains one run in a slot. */
  packs: packsOffered.optional(),
});
export type Hello = z.infer<typeof hello>;
/** What every version of hello says of the runs that its worker has. */
export const helloOfAnyVersion = z.object({ holding: z.array(lease).max(1000) });

export type HelloAnswer =
  | {
      ok: true;
      heartbeatMs: number;
      leaseMs: number /** leases that are no longer this worker's: stop and drop them */;
      lost: Lease[];
      /** Kept attempts whose end this server does not have (any more): send all of them again. */
      sendAgain?: Lease[];
      greeting?: Greeting;
      /** What the worker should say of this connection. */
      note?: string;
    }
  /**
   * COPY: the worker's folder is a copy of another one's, or an old one: it takes a new identity, and its runs are not its own.
   * IN_USE: another process of this identity is connected: asked again soon, and after a while answered as COPY.
   */
  | { ok: false; code: string; message: string };

/**
 * Through which step a checkpoint is of use for the next attempt, by the attempt that made it: those from `fromAttempt` on, up to the
 * entry before. The newest attempts come first; those of attempts older than every entry are of no use.
 */
export const lineage = z.array(z.strictObject({ fromAttempt: z.int().min(1), through: z.int().min(1) })).max(100);
export type Lineage = z.infer<typeof lineage>;
/** Through which step a checkpoint of that attempt is of use; 0: none is. */
export const throughStep = (entries: Lineage, attempt: number): number =>
  entries.find(({ fromAttempt }) => fromAttempt <= attempt)?.through ?? 0;

/** A checkpoint that the server has: GET /artefacts/<run>/<attempt>/<name>. */
export const storedCheckpoint = z.strictObject({
  attempt: z.int().min(1),
  step: z.int().min(1),
  name: z.string().max(60),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type StoredCheckpoint = z.infer<typeof storedCheckpoint>;

/** The finished run that a run grows from, and its last checkpoint: GET /artefacts/<its run>/<attempt>/<name>. */
export const parentRun = z.strictObject({ runId: z.uuid(), config: runConfig, checkpoint: storedCheckpoint });
export type ParentRun = z.infer<typeof parentRun>;

/** A run given to a worker. */
export const assignment = z.strictObject({
  ...lease.shape,
  config: runConfig,
  experimentName: z.string(),
  /**
   * Number of the run's last attempt that started, 0 if none has: a worker's checkpoints are of use only if no attempt started
   * after its own, or points in between would be missing.
   */
  lastStarted: z.int().min(0).optional(),
  /** Step up to which the run's measurements are stored without a hole: no later checkpoint is used. */
  measuredThrough: z.int().min(0).optional(),
  /** Which checkpoints of a worker's own are of use; absent: as `lastStarted` and `measuredThrough` say. */
  lineage: lineage.optional(),
  /** Those that the server has and that are of use, the best first. */
  checkpoints: z.array(storedCheckpoint).max(40).optional(),
  /** A person asked for a beginning at step 0 on the data as they are: no checkpoint is used. */
  fromStart: z.boolean().optional(),
  /** On what the last attempt that started trained: other data end this one. Absent where none has, and with `fromStart`. */
  trainedOn: z.strictObject({ attempt: z.int().min(1), hash: z.string().max(128) }).optional(),
  /** The pack it comes in; absent where it comes alone. */
  pack: assignedPack.optional(),
  /** Absent: it begins from random values. */
  parent: parentRun.optional(),
});
export type Assignment = z.infer<typeof assignment>;
/**
 * server → worker "assign": runs for one slot, a pack of equal keys or one alone. The worker answers for each, in their order, whether it
 * takes it.
 */
export const assignments = z.array(assignment).min(1).max(maxPackRuns);
/** `fault`: it is the worker that is not in order, and no other run would fare better there. */
export type AssignAnswer = { accepted: boolean; reason?: string; fault?: boolean };

/** server → worker "cancel", and "suspend": make a checkpoint and end the attempt. */
export const cancelRequest = z.strictObject({ runId: z.uuid(), attempt: z.int() });
export type CancelRequest = z.infer<typeof cancelRequest>;

/** worker → server "events": in order of seq, without gaps; the same batch again changes nothing. */
export const eventBatch = z.strictObject({
  ...lease.shape,
  events: z.array(spooledEvent).min(1).max(500),
  /** CRC-32 of the events' JSON text, hex. */
  checksum: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .optional(),
});
export type EventBatch = z.infer<typeof eventBatch>;

/** Acknowledged only after the rows are written. */
export type EventAnswer =
  | { ok: true; storedThrough: number }
  /** The server lacks events before these: send again from `expected`. */
  | { ok: false; code: "SEQUENCE_GAP"; expected: number }
  /** The attempt was superseded, or its run is gone: stop it and drop its spool. */
  | { ok: false; code: "LEASE_LOST" | "NOT_FOUND"; message: string }
  /** An event no schema knows: skipped for good, kept in the worker's spool folder. */
  | { ok: false; code: "INVALID"; message: string }
  /** It is not what was sent: send it again. */
  | { ok: false; code: "DAMAGED"; message: string }
  /** Not stored now: try again later. */
  | { ok: false; code: "INTERNAL"; message: string };

/** worker → server "heartbeat". */
export const heartbeat = z.strictObject({
  /** The greeting it has kept. */
  nonce: z.string().max(64).optional(),
  runs: z
    .array(
      z.strictObject({
        ...lease.shape,
        /** Of the last step, if there was one since the heartbeat before; else null. */
        step: z.int().min(0).nullable(),
        stepMs: z.number().nullable(),
        /** Time since the run's process gave its last sign of life, ms, if that is longer than it should be. */
        stalledMs: z.number().min(0).optional(),
      }),
    )
    .max(4_096),
  system: z.strictObject({
    cpu: z.number().min(0),
    memoryUsedBytes: z.number(),
    memoryTotalBytes: z.number(),
    /** Of each GPU in the order of hello; null: not known. */
    gpus: z
      .array(z.strictObject({ utilization: z.number().min(0).max(1).nullable(), memoryUsedBytes: z.number().min(0).nullable() }))
      .max(maxGpus)
      .optional(),
    /** Why not all is known of them. */
    gpusNote: wireText(500).optional(),
  }),
  /** Where they have changed since the last hello or heartbeat. */
  packs: packsOffered.optional(),
});
export type Heartbeat = z.infer<typeof heartbeat>;
export type HeartbeatAnswer = { lost: Lease[]; cancel: CancelRequest[]; suspend?: CancelRequest[] };

export type WorkerToServer = {
  hello: (message: unknown, answer: (reply: HelloAnswer) => void) => void;
  events: (message: unknown, answer: (reply: EventAnswer) => void) => void;
  heartbeat: (message: unknown, answer: (reply: HeartbeatAnswer) => void) => void;
  /** See ownSet.ts. */
  ownSets: (message: unknown) => void;
  /** The worker is stopping: it takes no more runs over this connection. */
  leaving: () => void;
};
export type ServerToWorker = {
  assign: (message: Assignment[], answer: (reply: AssignAnswer[]) => void) => void;
  cancel: (message: CancelRequest) => void;
  suspend: (message: CancelRequest) => void;
};
