import type { DatasetConfig } from "../../contract/datasetConfig.ts";
import type { Dataset } from "./dataset.ts";
import { loadImages } from "./loadImages.ts";
import { makeSynthetic } from "./makeSynthetic.ts";
import type { DatasetPlaces, Say } from "./resolveImages.ts";

/** The samples a config names: made from its seed, or read, verified and standardized. @throws Failure, see loadImages */
export async function loadDataset(config: DatasetConfig, places: DatasetPlaces, say?: Say): Promise<Dataset> {
  return config.id === "gaussian-clusters" || config.id === "random-labels"
    ? makeSynthetic(config)
    : loadImages(config, places, say);
}
