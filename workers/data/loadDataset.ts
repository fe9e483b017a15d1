import type { DatasetConfig } from "../../contract/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import type { Dataset } from "./dataset.ts";
import { loadImages } from "./loadImages.ts";
import { isPublishedText, loadTexts } from "./loadTexts.ts";
import { makeSynthetic } from "./makeSynthetic.ts";
import type { DatasetPlaces, Say } from "./resolveSamples.ts";

/** The samples a config names: made from its seed, or read, verified and prepared. @throws Failure, see the loaders */
export async function loadDataset(config: DatasetConfig, places: DatasetPlaces, say?: Say): Promise<Dataset> {
  if (config.id === "gaussian-clusters" || config.id === "random-labels") return makeSynthetic(config);
  if (isPublishedText(config)) return loadTexts(config, places, say);
  if (config.id === "text-file" || config.id === "image-folder")
    throw new Failure("DATASET_UNAVAILABLE", `This worker does not read sets of the kind ${config.id} yet.`);
  return loadImages(config, places, say);
}
