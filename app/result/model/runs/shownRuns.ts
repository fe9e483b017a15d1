import { stepsPerEpoch } from "../../../../contract/config/stepsPerEpoch.ts";
import { trainingSamples } from "../../../../contract/data/datasetSizes.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { compareConfigs } from "../grid/gridAxes.ts";

/** Which runs of a study are shown in its training panels. */
export interface RunChoice {
  /** null = the first one. */
  seed: number | "all" | null;
  /** null = all. */
  depths: readonly number[] | null;
  /** Ordinals of runs chosen one by one; they overrule seed and depths. */
  runs: readonly number[] | null;
}

/** Runs of the training panels: chosen one by one, or one seed (the first) and all depths. */
export function shownRuns(rows: readonly RunRow[], choice: RunChoice): RunRow[] {
  const sorted = [...rows].sort((a, b) => compareConfigs(a.config, b.config));
  if (choice.runs !== null) {
    const chosen = new Set(choice.runs);
    return sorted.filter((row) => chosen.has(row.ordinal));
  }
  const first = Math.min(...rows.map((row) => row.config.seed));
  const seed =
    choice.seed === null || (choice.seed !== "all" && !rows.some((row) => row.config.seed === choice.seed)) ? first : choice.seed;
  return sorted.filter(
    (row) => (seed === "all" || row.config.seed === seed) && (choice.depths === null || choice.depths.includes(row.config.depth)),
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
