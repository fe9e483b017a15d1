import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { packKey } from "../../../contract/pack/packKey.ts";
import { shareOf } from "../../../contract/pack/packShare.ts";

/** A slot of a connected worker, and how many runs of a config's key it takes. */
export interface PlannedSlot {
  runsOf: (config: RunConfig) => number;
}

export interface PlannedPack {
  runs: RunConfig[];
  startMs: number;
  endMs: number;
}

/**
 * How a grid's runs would be given to these slots if nothing else waited: in order, each to the first slot that is free, with as many
 * others of its key as the slot takes and its share of the free slots leaves to it.
 * @param lastsMs how long a run of this config lasts in a pack of so many
 */
export function planPacks(
  runs: readonly RunConfig[],
  slots: readonly PlannedSlot[],
  lastsMs: (config: RunConfig, packed: number) => number,
): PlannedPack[] {
  const byKey = Map.groupBy(runs, packKey);
  const given = new Set<RunConfig>();
  const freeAt = slots.map(() => 0);
  const packs: PlannedPack[] = [];
  for (const run of runs) {
    if (given.has(run)) continue;
    const startMs = Math.min(...freeAt);
    const at = freeAt.indexOf(startMs);
    const alike = byKey.get(packKey(run))!.filter((other) => !given.has(other));
    const free = freeAt.filter((ms) => ms <= startMs).length;
    const size = Math.min(slots[at]!.runsOf(run), shareOf({ ofKey: alike.length, all: runs.length - given.size }, free));
    const taken = alike.slice(0, size);
    for (const each of taken) given.add(each);
    const endMs = startMs + lastsMs(run, taken.length);
    freeAt[at] = endMs;
    packs.push({ runs: taken, startMs, endMs });
  }
  return packs;
}
