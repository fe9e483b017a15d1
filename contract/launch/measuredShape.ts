import { layersOf } from "../config/networkForm.ts";
import type { RunConfig } from "../config/runConfig.ts";
import type { DatasetSizes } from "../data/datasetSizes.ts";
import type { MeasuredShape } from "../metrics/measuringBudget.ts";

/** What is measured of a run with data of these sizes; free features have no test set. */
export const measuredShape = (config: RunConfig, sizes: Pick<DatasetSizes, "classes" | "train" | "test">): MeasuredShape => ({
  ...{ classes: sizes.classes, width: config.width, layers: layersOf(config), train: sizes.train },
  test: config.architecture === "ufm" ? 0 : sizes.test,
});
