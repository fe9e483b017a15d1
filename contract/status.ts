/**
 * A run's life. queued → leased (a worker has it, its process starts) → running → finished | diverged | failed | cancelled.
 * A lost attempt goes back to queued until the attempts are used up, and on from there if its worker comes back before another
 * attempt has begun; cancelling asks a leased or running run to stop.
 */
export const runStatuses = ["queued", "leased", "running", "cancelling", "finished", "diverged", "failed", "cancelled"] as const;
export type RunStatus = (typeof runStatuses)[number];

export const terminalStatuses = ["finished", "diverged", "failed", "cancelled"] as const satisfies RunStatus[];

const transitions: Record<RunStatus, readonly RunStatus[]> = {
  queued: ["leased", "running", "cancelled"],
  leased: ["running", "queued", "failed", "cancelling", "cancelled"],
  running: ["finished", "diverged", "failed", "queued", "cancelling"],
  cancelling: ["cancelled", "finished", "diverged", "failed"],
  finished: [],
  diverged: ["queued"],
  failed: ["queued"],
  cancelled: ["queued"],
};

export const isTerminal = (status: RunStatus): boolean => (terminalStatuses as readonly RunStatus[]).includes(status);
export const mayBecome = (from: RunStatus, to: RunStatus): boolean => transitions[from].includes(to);

/** An experiment's status follows from its runs. */
export const experimentStatuses = ["queued", "running", "finished", "incomplete"] as const;
export type ExperimentStatus = (typeof experimentStatuses)[number];

export type RunCounts = Record<RunStatus, number>;

export function experimentStatus(counts: RunCounts): ExperimentStatus {
  const total = runStatuses.reduce((sum, status) => sum + counts[status], 0);
  const ended = terminalStatuses.reduce((sum, status) => sum + counts[status], 0);
  if (counts.leased + counts.running + counts.cancelling > 0) return "running";
  if (ended === total) return counts.finished === total && total > 0 ? "finished" : "incomplete";
  return ended > 0 ? "running" : "queued";
}

export function countStatuses(runs: Iterable<{ status: RunStatus }>): RunCounts {
  const counts = Object.fromEntries(runStatuses.map((status) => [status, 0])) as RunCounts;
  for (const { status } of runs) counts[status]++;
  return counts;
}
