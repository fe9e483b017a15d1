import { mkdirSync } from "node:fs";
import { Failure } from "../../../contract/failure.ts";
import type { JobEnd, JobState, LaunchedJob, LauncherOrder } from "../../../contract/launcher.ts";
import { type SlurmJob, slotsOfJob } from "../../../contract/slurm/slurmJob.ts";
import { slurmScript } from "../../../contract/slurm/slurmScript.ts";
import type { Launcher } from "../launcher.ts";
import type { QueuedJob, SlurmCluster } from "./cluster.ts";

/** Where ordered jobs find things, by paths that the server and the nodes have in common. */
export interface SlurmPlace {
  job: SlurmJob;
  /** Origin of the server, as the nodes reach it. */
  server: string;
  /** Folder for what the jobs print. */
  logs: string;
  /** Sees to it that the token's file is there. */
  keepToken: () => Promise<void>;
}

/** Tasks of an array job, at most: clusters allow a thousand unless they say otherwise. */
const maxTasks = 500;

/** Orders workers from Slurm. Which jobs are its own it knows by their name alone, also after a restart. */
export class SlurmLauncher implements Launcher {
  readonly kind = "slurm";
  private readonly cluster: SlurmCluster;
  private readonly place: SlurmPlace;
  private readonly jobName: string;

  constructor(cluster: SlurmCluster, place: SlurmPlace, jobName: string) {
    this.cluster = cluster;
    this.place = place;
    this.jobName = jobName;
  }

  async order({ slots, device, minutes }: LauncherOrder): Promise<string[]> {
    const { server, logs, keepToken } = this.place;
    const job = { ...this.place.job, device, minutes };
    const tasks = Math.min(maxTasks, Math.ceil(slots / slotsOfJob(job)));
    await this.prepare(logs);
    await keepToken();
    const id = await this.cluster.submit(slurmScript({ job, server, tasks, jobName: this.jobName, logs }));
    return Array.from({ length: tasks }, (_, index) => `${id}_${index + 1}`);
  }

  async list(): Promise<LaunchedJob[]> {
    const slots = slotsOfJob(this.place.job);
    return (await this.cluster.queue(this.jobName)).map((job) => describeJob(job, slots));
  }

  async cancel(ids: readonly string[]): Promise<void> {
    await this.cluster.cancel(this.jobName, ids);
  }

  private async prepare(logs: string): Promise<void> {
    try {
      mkdirSync(logs, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new Failure("UNAVAILABLE", `The folder ${logs} for what jobs print cannot be made: ${(error as Error).message}`);
    }
  }
}

/** States by Slurm's names (squeue's manual, JOB STATE CODES); one that is not here counts as running, and is shown as it is. */
const states: Record<string, JobState> = {
  ...named("pending", ["PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"]),
  ...named("running", ["RUNNING", "CONFIGURING", "SUSPENDED", "RESIZING", "SIGNALING", "STAGE_OUT"]),
  ...named("ending", ["COMPLETING", "STOPPED"]),
};

const ends: Record<string, JobEnd> = {
  COMPLETED: "finished",
  FAILED: "failed",
  LAUNCH_FAILED: "failed",
  OUT_OF_MEMORY: "out-of-memory",
  TIMEOUT: "time-limit",
  DEADLINE: "time-limit",
  PREEMPTED: "preempted",
  NODE_FAIL: "node-lost",
  BOOT_FAIL: "node-lost",
  CANCELLED: "cancelled",
  REVOKED: "cancelled",
};

export function describeJob(job: QueuedJob, slots: number): LaunchedJob {
  const { id, node, reason, startedAt, endsAt, submittedAt } = job;
  const end = ends[job.state] ?? null;
  const state = end === null ? (states[job.state] ?? "running") : "ended";
  const begun = state === "pending" ? null : startedAt;
  // The time by which it ends is when it ended, once it has; a job that is ending began to before that.
  const since = { pending: submittedAt, running: startedAt, ending: startedAt, ended: endsAt }[state];
  return {
    ...{ id, state, slots, node, end },
    since: (since ?? submittedAt ?? new Date()).toISOString(),
    startedAt: begun?.toISOString() ?? null,
    endsBy: state === "running" ? (endsAt?.toISOString() ?? null) : null,
    reason: reason ?? (job.state in states || job.state in ends ? null : job.state),
  };
}

function named(state: JobState, names: string[]): Record<string, JobState> {
  return Object.fromEntries(names.map((name) => [name, state]));
}
