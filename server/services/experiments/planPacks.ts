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
  const waiting = new WaitingRuns(runs);
  const freeAt = slots.map(() => 0);
  const packs: PlannedPack[] = [];
  while (waiting.left > 0) {
    const startMs = Math.min(...freeAt);
    const at = freeAt.indexOf(startMs);
    const alike = waiting.firstReady(startMs);
    if (alike === null) {
      freeAt[at] = waiting.nextMs();
      continue;
    }
    const free = freeAt.filter((ms) => ms <= startMs).length;
    const [run] = alike as [RunConfig];
    const size = Math.min(slots[at]!.runsOf(run), shareOf({ ofKey: alike.length, all: waiting.ready }, free));
    const endMs = startMs + lastsMs(run, size);
    packs.push({ runs: waiting.take(alike, size, endMs), startMs, endMs });
    freeAt[at] = endMs;
  }
  return packs;
}

/** The runs of a grid that are not given out yet; grown ones become ready at the end of what they grow from. */
class WaitingRuns {
  left: number;
  ready = 0;
  /** Ready ones by their key, in the order of the grid. */
  private readonly byKey = new Map<string, RunConfig[]>();
  private readonly places: Map<RunConfig, number>;
  private readonly children: Map<RunConfig, RunConfig[]>;
  private coming: { ms: number; run: RunConfig }[] = [];

  constructor(runs: readonly RunConfig[]) {
    this.left = runs.length;
    this.places = new Map(runs.map((run, at) => [run, at]));
    const parents = parentsOf(runs);
    this.children = Map.groupBy(parents.keys(), (run) => parents.get(run) as RunConfig);
    for (const run of runs) if (!parents.has(run)) this.add(run);
  }

  /** The ready runs of the key of the first one in the grid, in order; null if none is ready. */
  firstReady(nowMs: number): RunConfig[] | null {
    const come = this.coming.filter(({ ms }) => ms <= nowMs);
    if (come.length > 0) this.coming = this.coming.filter(({ ms }) => ms > nowMs);
    for (const { run } of come) this.add(run);
    let first: RunConfig[] | null = null;
    for (const of of this.byKey.values())
      if (of.length > 0 && (first === null || this.placeOf(of[0]) < this.placeOf(first[0]))) first = of;
    return first;
  }

  /** When the next run becomes ready: a parent is under way, or all would be ready. */
  nextMs(): number {
    return this.coming.reduce((least, { ms }) => Math.min(least, ms), Number.POSITIVE_INFINITY);
  }

  take(alike: RunConfig[], count: number, endMs: number): RunConfig[] {
    const taken = alike.splice(0, count);
    this.left -= taken.length;
    this.ready -= taken.length;
    for (const run of taken) for (const child of this.children.get(run) ?? []) this.coming.push({ ms: endMs, run: child });
    return taken;
  }

  private add(run: RunConfig): void {
    const key = packKey(run);
    const of = this.byKey.get(key) ?? [];
    this.byKey.set(key, of);
    const isLast = this.placeOf(of.at(-1)) < this.placeOf(run) || of.length === 0;
    of.push(run);
    if (!isLast) of.sort((a, b) => this.placeOf(a) - this.placeOf(b));
    this.ready++;
  }

  private placeOf(run: RunConfig | undefined): number {
    return run === undefined ? Number.POSITIVE_INFINITY : (this.places.get(run) as number);
  }
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
