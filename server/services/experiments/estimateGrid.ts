import { architectureLabel } from "../../../contract/config/architecture.ts";
import { countGrid, type ExperimentConfig, expandGrid } from "../../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { mostSteps } from "../../../contract/config/trainingConfig.ts";
import { launchKnowledge } from "../../../contract/launch/launchKnowledge.ts";
import { largestRun } from "../../../contract/launch/memoryFindings.ts";
import { placeOf } from "../../../contract/launch/workerPlace.ts";
import { limits } from "../../../contract/limits.ts";
import { packKey } from "../../../contract/pack/packKey.ts";
import { packLimit } from "../../../contract/pack/packLimit.ts";
import type { Estimate } from "../../../contract/wire/views.ts";
import type { StoredWorker } from "../../../db/queries/workers.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { totalMs } from "../times/expectedTimes.ts";
import { learnedTimes } from "../times/learnedTimes.ts";
import type { MeasuredTimes } from "../times/learnTimes.ts";
import { listConnectedWorkers } from "../workers/listWorkers.ts";
import { type PlannedSlot, planPacks } from "./planPacks.ts";

/**
 * What a grid costs: the parts of each run as they are expected, corrected by measured runs (learnTimes.ts), handed out to the
 * connected slots in their order, in packs where these take them; and the memory of its largest run. A grid over the limit is
 * counted, not refused.
 */
export async function estimateGrid(context: ServiceContext, config: ExperimentConfig): Promise<Estimate> {
  const runs = countGrid(config);
  const slots = context.dispatch.slots();
  const counted = { runs, limit: limits.gridRuns, slots, timeMs: null, memoryBytes: null };
  if (runs > limits.gridRuns) return { ...counted, basis: `the limit is ${limits.gridRuns.toLocaleString("en")} runs` };
  const connected = await listConnectedWorkers(context);
  const memoryBytes = largestRun(config, launchKnowledge(connected).countOwn).bytes;
  const known = { ...counted, memoryBytes };
  if (slots === 0) return { ...known, basis: "no worker is connected" };
  const learned = await learnedTimes(context, context.database.orm);
  const lastsMs = memoized((run, packed) => totalMs(learned(run, packed).times, mostSteps(run.training)));
  const all = expandGrid(config);
  const longest = all.reduce((a, b) => (lastsMs(b, 1) > lastsMs(a, 1) ? b : a));
  const packs = planPacks(all, slotsOf(connected, slots), lastsMs);
  const sizes = packs.map((pack) => pack.runs.length);
  return {
    ...known,
    timeMs: Math.max(...packs.map(({ endMs }) => endMs)),
    ...(sizes.some((size) => size > 1) && { packs: sizes }),
    basis: basisText(learned(longest).nearest),
  };
}

/** The slots that are to take runs; one whose worker is not known takes one run at a time. */
function slotsOf(connected: readonly StoredWorker[], count: number): PlannedSlot[] {
  const takes = connected.filter(({ drained, trouble }) => !drained && trouble?.until !== null);
  const slots = takes.flatMap((worker): PlannedSlot[] => {
    const most = memoized((run) =>
      packLimit(run, { place: placeOf(worker), packs: worker.packs ?? undefined, countOwn: launchKnowledge([worker]).countOwn }),
    );
    return Array.from({ length: worker.slots }, () => ({ runsOf: (run) => most(run, 1) }));
  });
  const alone: PlannedSlot = { runsOf: () => 1 };
  return Array.from({ length: count }, (_, at) => slots[at] ?? alone);
}

/** Runs of one key differ in nothing that these numbers follow from. */
function memoized(compute: (run: RunConfig, packed: number) => number): (run: RunConfig, packed: number) => number {
  const known = new Map<string, number>();
  return (run, packed) => {
    const key = `${packKey(run)} ${packed}`;
    const value = known.get(key) ?? compute(run, packed);
    known.set(key, value);
    return value;
  };
}

function basisText(nearest: MeasuredTimes | null): string {
  if (nearest === null) return "a guess from one processor core: no run has been measured here yet";
  const { architecture, depth, width } = nearest.config;
  const label = `${architectureLabel(architecture, nearest.config)}, depth ${depth}, width ${width}`;
  return `starting, steps and measurements scaled from measured runs, e.g. ${label}: ${Number(nearest.stepMs!.toPrecision(2))} ms per step`;
}
