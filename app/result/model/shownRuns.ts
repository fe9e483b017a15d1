import { stepsPerEpoch } from "../../../contract/config/stepsPerEpoch.ts";
import { trainingSamples } from "../../../contract/data/datasetSizes.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { ResultView } from "../view/resultView.ts";
import { compareConfigs } from "./gridAxes.ts";

/** Runs of the training panels: chosen one by one, or one seed (the first) and all depths. */
export function shownRuns(rows: readonly RunRow[], view: Pick<ResultView, "runs" | "seed" | "depths">): RunRow[] {
  const sorted = [...rows].sort((a, b) => compareConfigs(a.config, b.config));
  if (view.runs !== null) {
    const chosen = new Set(view.runs);
    return sorted.filter((row) => chosen.has(row.ordinal));
  }
  const first = Math.min(...rows.map((row) => row.config.seed));
  const seed =
    view.seed === null || (view.seed !== "all" && !rows.some((row) => row.config.seed === view.seed)) ? first : view.seed;
  return sorted.filter(
    (row) => (seed === "all" || row.config.seed === seed) && (view.depths === null || view.depths.includes(row.config.depth)),
  );
}

/** The run whose geometry is shown: the chosen one, else the deepest of the first seed that has begun. */
export function geometryRun(rows: readonly RunRow[], ordinal: number | null): RunRow | null {
  const chosen = rows.find((row) => row.ordinal === ordinal);
  if (chosen) return chosen;
  const begun = rows.filter((row) => row.step > 0 || Object.keys(row.last).length > 0);
  return (
    [...begun].sort((a, b) => a.config.seed - b.config.seed || b.config.depth - a.config.depth || a.ordinal - b.ordinal)[0] ??
    null
  );
}

/** Optimizer steps of a run's epoch; null while the number of its training samples is not known. */
export function runEpoch({ config, trainSamples }: Pick<RunRow, "config" | "trainSamples">): number | null {
  const samples = trainSamples ?? trainingSamples(config.dataset);
  if (config.training.batch === "full") return 1;
  return samples === null ? null : stepsPerEpoch(config.training.batch, samples);
}
