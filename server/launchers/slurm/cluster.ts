/** A job as Slurm tells of it, in its words. */
export interface QueuedJob {
  /** With the task's number: "1234_7". */
  id: string;
  state: string;
  submittedAt: Date | null;
  startedAt: Date | null;
  /** When it ended, or will at the latest. */
  endsAt: Date | null;
  node: string | null;
  reason: string | null;
}

/** What a launcher needs of Slurm. Each throws Failure UNAVAILABLE with what Slurm says, in short. */
export interface SlurmCluster {
  /** @returns the number of the array job */
  submit(script: string): Promise<string>;
  /** This user's jobs of this name: those that wait or run, and those that ended in the last minutes. */
  queue(jobName: string): Promise<QueuedJob[]>;
  /** Those of this user's jobs of this name that are among the ids; others stay, whoever may end them. */
  cancel(jobName: string, ids: readonly string[]): Promise<void>;
}
