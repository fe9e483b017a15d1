import type { ExperimentConfig } from "../config/experimentConfig.ts";
import { type ValidAxes, validAxes } from "../config/validAxes.ts";
import { type CountOwnSet, type DatasetSizes, datasetSizes } from "../data/datasetSizes.ts";

/** The parts of a config that are valid by themselves, data sets with their sizes. */
export interface ValidParts extends ValidAxes {
  datasets: (ValidAxes["datasets"][number] & { sizes: DatasetSizes })[];
}

export function validParts(config: ExperimentConfig, countOwn: CountOwnSet): ValidParts {
  const axes = validAxes(config);
  return { ...axes, datasets: axes.datasets.map((entry) => ({ ...entry, sizes: datasetSizes(entry.value, countOwn) })) };
}
