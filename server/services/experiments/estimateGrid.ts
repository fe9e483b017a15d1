import { architectureLabel } from "../../../contract/config/architecture.ts";
import { countGrid, type ExperimentConfig, expandGrid } from "../../../contract/config/experimentConfig.ts";
import { launchKnowledge } from "../../../contract/launch/launchKnowledge.ts";
import { largestRun } from "../../../contract/launch/memoryFindings.ts";
import { limits } from "../../../contract/limits.ts";
import type { Estimate } from "../../../contract/wire/views.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { totalMs } from "../times/expectedTimes.ts";
import { learnedTimes } from "../times/learnedTimes.ts";
import type { MeasuredTimes } from "../times/learnTimes.ts";
import { listConnectedWorkers } from "../workers/listWorkers.ts";

/**
 * What a grid costs: the parts of each run as they are expected, corrected by measured runs (learnTimes.ts), handed out to the
 * connected slots in their order; and the memory of its largest run. A grid over the limit is counted, not refused.
 */
export async function estimateGrid(context: ServiceContext, config: ExperimentConfig): Promise<Estimate> {
  const runs = countGrid(config);
  const slots = context.dispatch.slots();
  const counted = { runs, limit: limits.gridRuns, slots, timeMs: null, memoryBytes: null };
  if (runs > limits.gridRuns) return { ...counted, basis: `the limit is ${limits.gridRuns.toLocaleString("en")} runs` };
  const memoryBytes = largestRun(config, launchKnowledge(await listConnectedWorkers(context)).countOwn).bytes;
  const known = { ...counted, memoryBytes };
  if (slots === 0) return { ...known, basis: "no worker is connected" };
  const learned = await learnedTimes(context, context.database.orm);
  const each = expandGrid(config).map((run) => {
    const { times, nearest } = learned(run);
    return { ms: totalMs(times, run.training.steps), nearest };
  });
  const longest = each.reduce((a, b) => (b.ms > a.ms ? b : a));
  const timeMs = lastEnd(
    each.map(({ ms }) => ms),
    slots,
  );
  return { ...known, timeMs, basis: basisText(longest.nearest) };
}

function basisText(nearest: MeasuredTimes | null): string {
  if (nearest === null) return "a guess from one processor core: no run has been measured here yet";
  const { architecture, depth, width } = nearest.config;
  const label = `${architectureLabel(architecture, nearest.config)}, depth ${depth}, width ${width}`;
  return `starting, steps and measurements scaled from measured runs, e.g. ${label}: ${Number(nearest.stepMs!.toPrecision(2))} ms per step`;
}

/** When the last run ends if each is taken, in order, by the first free slot. */
function lastEnd(runsMs: readonly number[], slots: number): number {
  const free = new Array<number>(Math.max(1, Math.min(slots, runsMs.length))).fill(0);
  for (const ms of runsMs) {
    const soonest = Math.min(...free);
    free[free.indexOf(soonest)] = soonest + ms;
  }
  return Math.max(...free);
}
