import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { type DatasetSizes, datasetSizes } from "../../../../contract/data/datasetSizes.ts";
import { measuredShape } from "../../../../contract/launch/measuredShape.ts";
import { everyText, measuredEvery, measuredTimes } from "../../../../contract/metrics/measuringBudget.ts";
import { isLayerMetric, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { isTerminal } from "../../../../contract/status.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { measuringSteps } from "../../../../math/steps/measuringSteps.ts";
import { countOf } from "../../../text/formatNumber.ts";

type Counted = Pick<RunRow, "classes" | "status"> & Partial<Pick<RunRow, "trainSamples">> & { config: unknown };

/** Up to so many classes versions of the program without a budget took a second pass and drew the geometry. */
const formerClasses = 64;

const isSecondPass = (what: string): boolean => isLayerMetric(what) && metricInfo[what].cost === "second pass";

/** n where a run has a metric at every nth measurement; the runs of a study share few data sets, whose sizes are worked out once. */
function everyOf(metric: string): (row: Counted) => number {
  const cost = isLayerMetric(metric) ? metricInfo[metric].cost : null;
  if (cost !== "second pass") return () => 1;
  const known = new Map<string, DatasetSizes>();
  return ({ config, classes, trainSamples }) => {
    const run = config as RunConfig;
    const key = JSON.stringify(run.dataset);
    const sizes = known.get(key) ?? datasetSizes(run.dataset);
    known.set(key, sizes);
    const counted = { classes: classes ?? sizes.classes, train: trainSamples ?? sizes.train, test: sizes.test };
    return measuredEvery(cost, measuredShape(run, counted));
  };
}

/** "measured at 15 of 30 steps, by the budget" of runs trained here; null where all of them have a metric at every measurement. */
export function budgetText(rows: readonly Counted[], metric: string): string | null {
  const timesOf = everyOf(metric);
  const texts = rows.flatMap((row) => {
    const every = timesOf(row);
    if (every === 1) return [];
    const { measuring, training } = row.config as RunConfig;
    const measurements = measuringSteps(measuring, training.steps).length;
    return [`measured at ${measuredTimes(measurements, every)} of ${measurements} steps, by the budget`];
  });
  if (texts.length === 0) return null;
  const alike = texts.every((text) => text === texts[0]);
  const what = alike ? texts[0] : "measured at some of their steps, by the budget";
  return texts.length === rows.length ? (what as string) : `${texts.length} of ${countOf(rows.length, "run")} ${what}`;
}

/** Why a panel of runs trained here has nothing to show though they are measured; null where that is not known. */
export function whyNotYet(rows: readonly Counted[], metric: string): string | null {
  const begun = rows.filter(({ classes }) => classes !== null);
  const spaced = begun.map(everyOf(metric));
  if (begun.length > 0 && spaced.every((every) => every > 1))
    return `Measured at ${everyText(Math.min(...spaced))}, by the budget.`;
  return whyNever(rows, metric);
}

/** Why runs that have ended have no value of a metric, or no geometry, at all; null where that is not known. */
export function whyNever(rows: readonly Pick<RunRow, "classes" | "status">[], what: string): string | null {
  if (what !== "geometry" && !isSecondPass(what)) return null;
  const begun = rows.filter(({ classes }) => classes !== null);
  const isOld =
    begun.length > 0 && begun.every(({ classes, status }) => (classes as number) > formerClasses && isTerminal(status));
  return isOld ? `Not measured: these runs are of a version that left it out above ${formerClasses} classes.` : null;
}
