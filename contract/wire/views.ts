import type { ExperimentConfig } from "../config/experimentConfig.ts";
import type { RunConfig } from "../config/runConfig.ts";
import type { OwnSet } from "../data/ownSet.ts";
import type { Ambiguity, ResolvedDataset } from "../data/resolvedDataset.ts";
import type { ExperimentKind } from "../external/externalConfig.ts";
import type { ExternalFacts } from "../external/externalFacts.ts";
import type { FailureCode } from "../failure.ts";
import type { MeasurementGaps } from "../metrics/measurementGaps.ts";
import type { Right, Role, TokenScope } from "../people.ts";
import type { Priority } from "../priority.ts";
import type { ExperimentStatus, RunCounts, RunStatus } from "../status.ts";
import type { Provenance } from "./archiveFormat.ts";
import type { FramePolicy } from "./framePolicy.ts";
import type { Evaluation, OptimumSummary, StartedEvent, StartedPack, WorkerStop } from "./runEvents.ts";
import type { DatasetAvailability, Heartbeat, Hello } from "./workerProtocol.ts";

/** What the server shows of a thing. Times are ISO 8601 texts of the server's clock. */

export interface ExperimentSummary {
  id: string;
  name: string;
  tags: string[];
  status: ExperimentStatus;
  counts: RunCounts;
  /** Share of its steps that are done, 0…1; see experimentProgress.ts. */
  progress: number;
  /** Estimated time left, ms; null while no step time is known. */
  timeLeftMs: number | null;
  /** Last NC1 of the deepest finished or running run, and its course (≤ 40 values) for a sparkline. */
  nc1: { last: number; course: number[] } | null;
  /** Trained here, or elsewhere and reported. */
  kind: ExperimentKind;
  /** A recording delivered with the program. */
  sample: boolean;
  /** Name of who launched it; null for recordings, where there is no sign-in, and through a link that hides names. */
  launchedBy: string | null;
  priority: Priority;
  archived: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface RunRow {
  id: string;
  experimentId: string;
  ordinal: number;
  config: RunConfig;
  status: RunStatus;
  attempt: number;
  step: number;
  totalSteps: number;
  stepMs: number | null;
  /** Latest value of every series (all layers), by series key. */
  last: Record<string, number>;
  optimum: OptimumSummary | null;
  /** Training samples; null until the run has begun. */
  trainSamples: number | null;
  /** Classes, and numbers of an input; null until the run has begun. */
  classes: number | null;
  inputDimension: number | null;
  /** What keeps a network from telling the labels of its data, where equal inputs have several; absent elsewhere, and until it has begun. */
  ambiguity?: Ambiguity;
  /** Where its last attempt that started computes: cpu, webgpu or cuda; absent until then, and in changes of a row. */
  device?: string;
  /** The runs it was trained together with by that attempt; absent where it was alone, and in changes of a row. */
  pack?: StartedPack;
  /** sha256 of the data it was trained on; null until it has started, and where it was trained elsewhere. */
  dataHash: string | null;
  /** Robustness and transfer; null unless asked for and done. */
  evaluation: Evaluation | null;
  failure: { code: FailureCode; message: string } | null;
  /** What is missing of a finished run's measurements; absent where nothing is. */
  gaps?: MeasurementGaps;
  /** Why no connected worker may take it, with the way out; null while one may. */
  waitsFor: string | null;
  workerName: string | null;
  startedAt: string | null;
  endedAt: string | null;
  /** Since when its process does nothing though its worker answers; null while it gets on. */
  stalledSince: string | null;
}

/** What changes of a run's row. */
export type RunChange = Omit<RunRow, "last" | "config"> & { external?: ExternalFacts };

export interface ExperimentDetail extends ExperimentSummary {
  /** Where it was imported from; absent where it was made here. */
  provenance?: Provenance;
  note: string;
  config: ExperimentConfig;
  runs: RunRow[];
  /** Whether the reader may change it: false through a share link. */
  readOnly: boolean;
  /** sha256 of the config in canonical JSON, as this reader sees it. */
  configDigest: string;
  /** Version of the program that answers; see programVersion.ts. */
  program: string;
  /** Through a share link that hides names: worker and machine names are blank. */
  namesHidden: boolean;
}

/** Where an experiment's waiting runs stand, in the share of whoever launched it. */
export interface TurnView {
  /** People with runs under way, or that wait and could be given now; whoever launched it among them. */
  people: number;
  /** Runs under way of whoever launched it, whatever the experiment. */
  underWay: number;
  /** The fewest that another person who waits has under way; null: no other waits. */
  leastOfOthers: number | null;
  /** Waiting runs of their other experiments that go before its first. */
  ahead: number;
}

/** What was passed over in the data of some runs of an experiment, or looks like a mistake. */
export interface DataWarning {
  text: string;
  /** Ordinals of the runs it was said of. */
  runs: number[];
}

export interface AttemptOutcome {
  code: FailureCode | "FINISHED";
  message: string;
  /** Its worker stopped, for this reason: neither the run nor the worker is to blame. */
  stop?: WorkerStop;
}

export interface AttemptView {
  number: number;
  workerName: string | null;
  startedAt: string | null;
  endedAt: string | null;
  resumedFromStep: number | null;
  /** Furthest step of which something is stored; null if nothing is. */
  lastStep: number | null;
  outcome: AttemptOutcome | null;
  started: StartedEvent | null;
}

/** A file of an ended run that can be downloaded. */
export interface ArtefactView {
  name: string;
  bytes: number;
  sha256: string;
  at: string;
}

export interface PackMate {
  id: string;
  experimentId: string;
  experimentName: string;
  ordinal: number;
  config: RunConfig;
}

export interface RunDetail {
  row: RunRow;
  experimentName: string;
  attempts: AttemptView[];
  /** The runs that train, or trained last, in one pack with it, as far as the reader may see them. */
  packMates: PackMate[];
  dataset: ResolvedDataset | null;
  /** The training accuracy it lacks to count in the study's means; null where it counts, or is not judged yet. */
  leftOutBelow: number | null;
  /** Keys of all stored series with their number of points. */
  series: { key: string; points: number }[];
  /** Metrics that do not exist for this run, with the reason. */
  missing: Record<string, string>;
  checkpoints: { attempt: number; step: number; hash: string; bytes: number; at: string }[];
  /** Files that can be downloaded at /export/runs/<id>/<name>: last-layer features, the last checkpoint. */
  files: ArtefactView[];
  readOnly: boolean;
  /** Version of the program that answers. */
  program: string;
}

export interface LogLine {
  attempt: number;
  seq: number;
  at: string;
  level: "info" | "warning" | "error";
  text: string;
}

/** Lists of a run at a step; null where a number does not exist. */
export interface ListsView {
  /** All steps that have one of them, rising. */
  steps: number[];
  /** By key; absent where none is stored. */
  lists: Record<string, (number | null)[]>;
}

/** Points of one series, thinned for a panel; `total` counts all stored points in the window. */
export interface SeriesView {
  runId: string;
  key: string;
  steps: number[];
  values: number[];
  total: number;
}

export interface WorkerTrouble {
  /** What happened last. */
  message: string;
  since: string;
  /** It rests until then, and is tried again after; null: it is paused until a person resumes it. */
  until: string | null;
}

export interface WorkerView {
  id: string;
  name: string;
  local: boolean;
  /** Of its program, as it said when it connected. */
  version: string;
  connected: boolean;
  lastSeenAt: string;
  machine: Hello["machine"];
  slots: number;
  /** It has its identity for one life: it is listed for a while after it has gone. */
  ephemeral: boolean;
  /** When it suspends its runs and ends; null: it has no such time. */
  endsAt: string | null;
  devices: string[];
  datasets: DatasetAvailability[];
  /** What its data-set folder holds of a person's own; null while it has not said. */
  ownSets: OwnSet[] | null;
  system: Heartbeat["system"] | null;
  /** A person lets it finish its runs and take no new ones. */
  drained: boolean;
  /** Why it gets no runs for a time, of its own doing; null once a run went well after it. */
  trouble: WorkerTrouble | null;
  runs: {
    id: string;
    experimentId: string;
    experimentName: string;
    label: string;
    step: number;
    totalSteps: number;
    /** Same for those that have one slot together; null: it has one alone. */
    packId: string | null;
    /** How many of them train in one step, at most. */
    packRuns: number;
  }[];
}

export interface WorkerTokenView {
  id: string;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
  /** null: until it is revoked */
  expiresAt: string | null;
  revokedAt: string | null;
}

/** A browser of one's own that is signed in. */
export interface SessionView {
  id: string;
  /** "Firefox on Linux". */
  browser: string;
  /** The one that asks. */
  current: boolean;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
}

/** A program's token. */
export interface ApiTokenView {
  id: string;
  name: string;
  scope: TokenScope;
  /** Who made it. */
  maker: string;
  own: boolean;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

export interface MemberView {
  id: string;
  name: string;
  email: string;
  role: Role;
  /** By what they sign in. */
  by: "password" | "provider";
  createdAt: string;
  lastSeenAt: string | null;
}

export interface InvitationView {
  id: string;
  role: Role;
  note: string;
  /** Name of the member who chooses a new password by it; null: it makes a member. */
  newPasswordOf: string | null;
  createdAt: string;
  expiresAt: string;
  usedAt: string | null;
  revokedAt: string | null;
}

/** Who is signed in, and what of people and sign-in a page shows them. */
export interface MeView {
  name: string | null;
  role: Role;
  rights: Right[];
  /** Whether there is a sign-in at all. */
  signIn: boolean;
  /** Whether others can reach the server, or are its members: then pages speak of people. */
  shared: boolean;
}

export interface ShareView {
  id: string;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  hideNames: boolean;
  /** Which sites may show its charts in a frame. */
  frames: FramePolicy;
  lastUsedAt: string | null;
}

/** Cost of a grid before it is launched. */
export interface Estimate {
  runs: number;
  limit: number;
  /** Wall time on the connected workers; null without one. */
  timeMs: number | null;
  /** What the largest run needs; null above the limit. */
  memoryBytes: number | null;
  slots: number;
  /** Runs of each pack that the grid is likely to be trained in, in order, single ones as 1; absent where all train alone. */
  packs?: number[];
  /** What the time is learned from. */
  basis: string;
}

/** One layer metric over depth and time: `layers[i][l − 1]` is its value at layer l at `steps[i]`, null where it does not exist. */
export interface LayerProfileView {
  runId: string;
  steps: number[];
  layers: (number | null)[][];
}

/**
 * Whether what is stored survives a power cut: an embedded database forces its writes to the disk or leaves that to the operating system;
 * an external one does as its operator has set it.
 */
export type Durability = "forced" | "unforced" | "external";

/** How much disk space the database and the files of runs take, bytes. */
export interface StorageView {
  bytes: number;
  /** Of the embedded database's write-ahead log, beside `bytes`; null for an external one. */
  logBytes: number | null;
  /** Files of runs, including checkpoints; they lie outside the database. */
  fileBytes: number;
  /** The largest ones; `bytes` includes indexes, `rows` is an estimate. */
  tables: { name: string; rows: number; bytes: number; indexBytes: number }[];
}

/** A folder of this server's machine whose files of features are imported. */
export interface WatchedFolderView {
  folder: string;
  /** This server looks into it; else another one of the same database does, and knows more. */
  looksHere: boolean;
  /** Measurements that were made. */
  imported: number;
  /** The last of them. */
  latest: { study: string; run: string; step: number; split: "train" | "test"; at: string } | null;
  /** Which files failed and why, a sentence each: the first of so many. */
  problems: string[];
  problemCount: number;
}

/** What a page says of the program that serves it. */
export interface ProgramView {
  version: string;
  durability: Durability;
  /** Deleted experiments can be restored for so many days. */
  purgeDays: number;
}
