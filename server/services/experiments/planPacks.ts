import { growthLine, nextShallower } from "../../../contract/config/growthLine.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { isGrown } from "../../../contract/grown.ts";
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
 * others of its key as the slot takes and its share of the free slots leaves to it. A grown run waits for the end of the one that it
 * grows from.
 * @param lastsMs how long a run of this config lasts in a pack of so many
 */
export function planPacks(
  runs: readonly RunConfig[],
  slots: readonly PlannedSlot[],
  lastsMs: (config: RunConfig, packed: number) => number,
): PlannedPack[] {
  const parents = parentsOf(runs);
  const keys = new Map(runs.map((run) => [run, packKey(run)]));
  const endsMs = new Map<RunConfig, number>();
  const readyMs = (run: RunConfig): number => {
    const parent = parents.get(run);
    return parent === undefined ? 0 : (endsMs.get(parent) ?? Number.POSITIVE_INFINITY);
  };
  const freeAt = slots.map(() => 0);
  const packs: PlannedPack[] = [];
  let left: readonly RunConfig[] = runs;
  while (left.length > 0) {
    const startMs = Math.min(...freeAt);
    const at = freeAt.indexOf(startMs);
    const ready = left.filter((run) => readyMs(run) <= startMs);
    const [run] = ready;
    if (run === undefined) {
      // A shallowest run waits for nothing: some parent of these is under way.
      freeAt[at] = left.reduce((least, waiting) => Math.min(least, readyMs(waiting)), Number.POSITIVE_INFINITY);
      continue;
    }
    const alike = ready.filter((other) => keys.get(other) === keys.get(run));
    const free = freeAt.filter((ms) => ms <= startMs).length;
    const size = Math.min(slots[at]!.runsOf(run), shareOf({ ofKey: alike.length, all: ready.length }, free));
    const taken = new Set(alike.slice(0, size));
    const endMs = startMs + lastsMs(run, taken.size);
    for (const each of taken) endsMs.set(each, endMs);
    freeAt[at] = endMs;
    packs.push({ runs: [...taken], startMs, endMs });
    left = left.filter((other) => !taken.has(other));
  }
  return packs;
}

/** What each grown run of a grid grows from; those that begin from random values are not in it. */
function parentsOf(runs: readonly RunConfig[]): Map<RunConfig, RunConfig> {
  const found = new Map<RunConfig, RunConfig>();
  for (const line of Map.groupBy(runs.filter(isGrown), growthLine).values())
    for (const run of line) {
      const parent = nextShallower(line, run.depth, ({ depth }) => depth);
      if (parent) found.set(run, parent);
    }
  return found;
}
