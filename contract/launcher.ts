import { z } from "zod";

/** Where workers come from: with the server, ordered from a cluster, or started by a person. */
export const launcherKinds = ["local", "slurm", "kubernetes", "by-hand"] as const;
export type LauncherKind = (typeof launcherKinds)[number];

/** What a job has for a run: processor cores, or a GPU a slot. */
export const launcherDevices = ["cpu", "gpu"] as const;
export const launcherDevice = z.enum(launcherDevices);
export type LauncherDevice = z.infer<typeof launcherDevice>;

/** What is asked of a cluster: room for so many runs at a time, each job for so many minutes. */
export const launcherOrder = z.strictObject({
  slots: z.int().min(1).max(10_000),
  device: launcherDevice,
  minutes: z.int().min(1).max(100_000),
});
export type LauncherOrder = z.infer<typeof launcherOrder>;

/** A job of a cluster: it waits there, has begun, is asked to end, or is over. */
export const jobStates = ["pending", "running", "ending", "ended"] as const;
export type JobState = (typeof jobStates)[number];

/** Why a job is over; `unknown` where the cluster no longer says. */
export const jobEnds = [
  ...(["finished", "failed", "out-of-memory", "time-limit", "preempted", "node-lost", "cancelled", "unknown"] as const),
] as const;
export type JobEnd = (typeof jobEnds)[number];

/** A job in which a worker of this server runs, or will. Times are ISO 8601 texts. */
export interface LaunchedJob {
  /** The cluster's name of it: "1234_7" with Slurm; name of the pod with Kubernetes. */
  id: string;
  state: JobState;
  /** When it came into this state. */
  since: string;
  /** When it began; null while it has not, or where that is not known. */
  startedAt: string | null;
  /** When the cluster ends it at the latest; null where that is not known. */
  endsBy: string | null;
  node: string | null;
  /** Room for runs at a time. */
  slots: number;
  /** Why it waits or has ended, in the cluster's words; null where there is nothing to say. */
  reason: string | null;
  /** Of a job that is over. */
  end: JobEnd | null;
}

/** Beginning of the names of the workers in ordered jobs. */
const prefixes: Record<LauncherKind, string> = { local: "local", slurm: "slurm", kubernetes: "k8s", "by-hand": "job" };

/** The name under which the worker of an ordered job connects: by it, and by its token, the two are brought together. */
export const workerNameOf = (kind: LauncherKind, jobId: string): string => `${prefixes[kind]}-${jobId}`;

/** What is the matter with a launcher; `since` is an ISO 8601 text. */
export interface LauncherTrouble {
  message: string;
  since: string;
}

export interface LaunchedJobView extends LaunchedJob {
  /** The worker in it; null while none has connected. */
  worker: { id: string; name: string } | null;
}

/** What a page shows of a launcher. */
export interface LauncherView {
  kind: LauncherKind;
  /** Slots that it may order; null while it has not begun. */
  bounds: { min: number; max: number } | null;
  /** Runs that wait for its workers. */
  waiting: number;
  /** When it last asked the cluster; null: never. */
  lookedAt: string | null;
  /** The cluster does not answer, or refuses what is ordered; it is asked again. */
  trouble: LauncherTrouble | null;
  /** Why it orders nothing more until a person lets it. */
  held: LauncherTrouble | null;
  /** Those that are not over, and the last of those that are. */
  jobs: LaunchedJobView[];
}
