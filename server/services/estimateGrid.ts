import { architectureLabel } from "../../contract/architecture.ts";
import { countGrid, type ExperimentConfig, expandGrid } from "../../contract/experimentConfig.ts";
import { limits } from "../../contract/limits.ts";
import type { Estimate } from "../../contract/views.ts";
import { listStepTimes } from "../../db/queries/runs.ts";
import type { ServiceContext } from "./context.ts";
import { relativeStepCost } from "./relativeStepCost.ts";

const mostMeasured = 200;

/**
 * What a grid costs: each run's steps at the step time of the measured run nearest in cost, of its own architecture if there is one,
 * scaled by cost, and the usual time for starting and measuring, over the connected slots.
 * A grid over the limit is counted, not refused.
 */
export async function estimateGrid(context: ServiceContext, config: ExperimentConfig): Promise<Estimate> {
  const runs = countGrid(config);
  const slots = context.dispatch.slots();
  const known = { runs, limit: limits.gridRuns, slots };
  if (runs > limits.gridRuns)
    return { ...known, timeMs: null, basis: `the limit is ${limits.gridRuns.toLocaleString("en")} runs` };
  const measured = await listStepTimes(context.database.orm, mostMeasured);
  if (measured.length === 0) return { ...known, timeMs: null, basis: "no step time is measured yet" };
  if (slots === 0) return { ...known, timeMs: null, basis: "no worker is connected" };
  const overheads = measured.flatMap(({ overheadMs }) => (overheadMs === null ? [] : [overheadMs])).sort((a, b) => a - b);
  const overheadMs = overheads[overheads.length >> 1] ?? 0;
  const times = expandGrid(config).map((run) => {
    const cost = relativeStepCost(run);
    // Operations of different kinds take different times: a run of the same architecture says more.
    const alike = measured.filter((other) => other.config.architecture === run.architecture);
    const nearest = (alike.length > 0 ? alike : measured).reduce((a, b) =>
      distance(b.stepCost, cost) < distance(a.stepCost, cost) ? b : a,
    );
    return { ms: overheadMs + (run.training.steps * nearest.stepMs! * cost) / nearest.stepCost, nearest };
  });
  const total = times.reduce((sum, { ms }) => sum + ms, 0);
  const longest = times.reduce((a, b) => (b.ms > a.ms ? b : a));
  const { config: basis, stepMs } = longest.nearest;
  const label = `${architectureLabel(basis.architecture, basis.normalization)}, depth ${basis.depth}, width ${basis.width}`;
  return {
    ...known,
    timeMs: Math.max(longest.ms, total / Math.min(slots, runs)),
    basis: `scaled from measured step times, e.g. ${label}: ${Number(stepMs!.toPrecision(2))} ms`,
  };
}

const distance = (a: number, b: number) => Math.abs(Math.log(a / b));
