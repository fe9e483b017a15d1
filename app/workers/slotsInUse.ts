import type { WorkerView } from "../../contract/wire/views.ts";

export type SlotRun = WorkerView["runs"][number];

/** There is at least one. */
export type SlotRuns = [SlotRun, ...SlotRun[]];

/** The runs of each slot that is in use: one, or those that were given to it together. */
export function slotsInUse(runs: readonly SlotRun[]): SlotRuns[] {
  return [...Map.groupBy(runs, ({ id, packId }) => packId ?? id).values()] as SlotRuns[];
}

/** "4 runs in one pack"; where they are too many for one step, how many train at a time. */
export function packText(runs: readonly SlotRun[]): string {
  const together = Math.max(...runs.map(({ packRuns }) => packRuns));
  if (together <= 1) return `${runs.length} runs, one after the other`;
  return together < runs.length ? `${runs.length} runs in packs of up to ${together}` : `${runs.length} runs in one pack`;
}
