import { imbalanceOf } from "../../contract/datasetConfig.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import type { RunRow } from "../../contract/views.ts";
import { compareConfigs } from "./gridAxes.ts";
import type { ResultView } from "./resultView.ts";

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

const imageTrainSizes: Record<string, { classes: number; samples: number }> = {
  "fashion-mnist-mini": { classes: 10, samples: 2_000 },
  "fashion-mnist": { classes: 10, samples: 60_000 },
  mnist: { classes: 10, samples: 60_000 },
  kmnist: { classes: 10, samples: 60_000 },
  "emnist-balanced": { classes: 47, samples: 112_800 },
  cifar10: { classes: 10, samples: 50_000 },
  cifar100: { classes: 100, samples: 50_000 },
};

/** Optimizer steps of one pass over the training set; null where the data set's size does not follow from the config. */
export function stepsPerEpoch({ training, dataset }: RunConfig): number | null {
  if (training.batch === "full") return 1;
  if (imbalanceOf(dataset) < 1) return null;
  const known = imageTrainSizes[dataset.id];
  const classes = "classes" in dataset ? dataset.classes : known?.classes;
  const samples = dataset.trainPerClass === null ? known?.samples : classes && classes * dataset.trainPerClass;
  return samples === undefined ? null : Math.ceil(samples / training.batch);
}
