import { noCounts } from "../../../contract/status.ts";
import type { ExperimentSummary } from "../../../contract/wire/views.ts";
import type { ListedExperiment } from "../../../db/queries/experiments.ts";

/** @param slots of the connected workers: what the work left is divided by */
export function toExperimentSummary(row: ListedExperiment, slots: number): ExperimentSummary {
  // Rows that an older version counted know fewer statuses.
  const counts = { ...noCounts, ...row.counts };
  const unfinished = counts.queued + counts.leased + counts.running;
  const timeLeftMs =
    unfinished === 0
      ? // Nothing goes on by itself: how long is left is the person's to say.
        counts.paused + counts.pausing > 0
        ? null
        : 0
      : row.workLeftMs === null || slots === 0
        ? null
        : Math.max(row.maxLeftMs ?? 0, row.workLeftMs / Math.min(slots, unfinished));
  return {
    id: row.id,
    name: row.name,
    tags: row.tags,
    status: row.status,
    counts,
    progress: row.progress,
    timeLeftMs,
    nc1: row.nc1Last === null ? null : { last: row.nc1Last, course: row.nc1History ?? [] },
    kind: row.kind,
    sample: row.sample,
    launchedBy: row.launchedBy,
    priority: row.priority,
    archived: row.archived,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
