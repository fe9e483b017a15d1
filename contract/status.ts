/**
 * A run's life. queued → leased (a worker has it, its process starts) → running → finished | diverged | failed | cancelled.
 * A lost attempt goes back to queued until the attempts are used up, and on from there if its worker comes back before another
 * attempt has begun; cancelling asks a leased or running run to stop. Pausing asks it to make a checkpoint first; a paused run
 * waits, without a slot, until a person resumes it, which queues it again.
 */
export const runStatuses = [
  ...(["queued", "leased", "running", "pausing", "paused", "cancelling"] as const),
  ...(["finished", "diverged", "failed", "cancelled"] as const),
] as const;
export type RunStatus = (typeof runStatuses)[number];

export const terminalStatuses = ["finished", "diverged", "failed", "cancelled"] as const satisfies RunStatus[];

const transitions: Record<RunStatus, readonly RunStatus[]> = {
  queued: ["leased", "running", "paused", "cancelled"],
  leased: ["running", "queued", "failed", "pausing", "cancelling", "cancelled"],
  running: ["finished", "diverged", "failed", "queued", "pausing", "cancelling"],
  // Resumed before it has stopped, it is as if it had not been asked.
  pausing: ["paused", "leased", "running", "finished", "diverged", "failed", "cancelling"],
  paused: ["queued", "cancelled"],
  cancelling: ["cancelled", "finished", "diverged", "failed"],
  finished: [],
  diverged: ["queued"],
  failed: ["queued"],
  cancelled: ["queued"],
};

export const isTerminal = (status: RunStatus): boolean => places[status] === "ended";
export const mayBecome = (from: RunStatus, to: RunStatus): boolean => transitions[from].includes(to);

/** Where a run of each status is; a status that is left out here fails the types. */
const places: Record<RunStatus, "waits" | "on a worker" | "ended"> = {
  queued: "waits",
  leased: "on a worker",
  running: "on a worker",
  pausing: "on a worker",
  paused: "waits",
  cancelling: "on a worker",
  finished: "ended",
  diverged: "ended",
  failed: "ended",
  cancelled: "ended",
};

/** Whether a worker has it: it takes a slot. */
export const isOnWorker = (status: RunStatus): boolean => places[status] === "on a worker";
const onWorkers = runStatuses.filter(isOnWorker);

/** An experiment's status follows from its runs; it is paused if nothing of it runs or waits and something is paused. */
export const experimentStatuses = ["queued", "running", "paused", "finished", "incomplete"] as const;
export type ExperimentStatus = (typeof experimentStatuses)[number];

export type RunCounts = Record<RunStatus, number>;

export function experimentStatus(counts: RunCounts): ExperimentStatus {
  const total = runStatuses.reduce((sum, status) => sum + counts[status], 0);
  const ended = terminalStatuses.reduce((sum, status) => sum + counts[status], 0);
  if (onWorkers.some((status) => counts[status] > 0)) return "running";
  if (ended === total) return counts.finished === total && total > 0 ? "finished" : "incomplete";
  if (counts.queued === 0) return "paused";
  return ended > 0 ? "running" : "queued";
}

export function countStatuses(runs: Iterable<{ status: RunStatus }>): RunCounts {
  const counts = Object.fromEntries(runStatuses.map((status) => [status, 0])) as RunCounts;
  for (const { status } of runs) counts[status]++;
  return counts;
}

/** Of an experiment without runs. */
export const noCounts = countStatuses([]);
