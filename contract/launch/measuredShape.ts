import { layersOf, layerWidthsOf } from "../config/networkForm.ts";
import type { RunConfig } from "../config/runConfig.ts";
import type { DatasetSizes } from "../data/datasetSizes.ts";
import type { MeasuredShape } from "../metrics/measuringBudget.ts";

/** What is measured of a run with data of these sizes; free features have no test set. */
export const measuredShape = (config: RunConfig, sizes: Pick<DatasetSizes, "classes" | "train" | "test">): MeasuredShape => ({
  ...{ classes: sizes.classes, width: meanWidth(layerWidthsOf(config)), layers: layersOf(config), train: sizes.train },
  test: config.architecture === "ufm" ? 0 : sizes.test,
});

const meanWidth = (widths: readonly number[]): number =>
  Math.ceil(widths.reduce((sum, width) => sum + width, 0) / Math.max(1, widths.length));
