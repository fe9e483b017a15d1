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

/** What a run of one status may become, a cell for each status in the order of `runStatuses`: a row or cell that is missing fails the types. */
type CellsOf<Columns extends readonly unknown[]> = { readonly [Column in keyof Columns]: boolean };
const [no, may] = [false, true];
// biome-ignore format: a table
const transitions: Record<RunStatus, CellsOf<typeof runStatuses>> = {
  //          queued leased running pausing paused cancelling finished diverged failed cancelled
  queued:     [no,   may,   may,    no,     may,   no,        no,      no,      no,    may],
  leased:     [may,  no,    may,    may,    no,    may,       no,      no,      may,   may],
  running:    [may,  no,    no,     may,    no,    may,       may,     may,     may,   no],
  // Resumed before it has stopped, it is as if it had not been asked.
  pausing:    [no,   may,   may,    no,     may,   may,       may,     may,     may,   no],
  paused:     [may,  no,    no,     no,     no,    no,        no,      no,      no,    may],
  cancelling: [no,   no,    no,     no,     no,    no,        may,     may,     may,   may],
  finished:   [no,   no,    no,     no,     no,    no,        no,      no,      no,    no],
  diverged:   [may,  no,    no,     no,     no,    no,        no,      no,      no,    no],
  failed:     [may,  no,    no,     no,     no,    no,        no,      no,      no,    no],
  cancelled:  [may,  no,    no,     no,     no,    no,        no,      no,      no,    no],
};

export const isTerminal = (status: RunStatus): boolean => places[status] === "ended";
export const mayBecome = (from: RunStatus, to: RunStatus): boolean => transitions[from][runStatuses.indexOf(to)] === true;

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
