import type { DatasetConfig } from "../../../contract/data/datasetConfig.ts";
import type { Dataset } from "../dataset.ts";
import type { TrainedReading } from "../prepare/prepareTexts.ts";
import type { DatasetPlaces } from "../sources/places.ts";
import { loadImageFolder } from "./loadImageFolder.ts";
import { loadImages } from "./loadImages.ts";
import { loadTextFile } from "./loadTextFile.ts";
import { loadTexts } from "./loadTexts.ts";
import { makeSynthetic } from "./makeSynthetic.ts";
import { makeTokenTask } from "./makeTokenTask.ts";
import type { Log } from "./resolveSamples.ts";

/**
 * The samples a config names: made from its seed, or read, verified and prepared. What was passed over is reported as warnings.
 * @param reading how texts are numbered for a network trained on another set; absent = by a vocabulary of their own
 * @throws Failure, see the loaders
 */
export async function loadDataset(
  config: DatasetConfig,
  places: DatasetPlaces,
  log?: Log,
  reading?: TrainedReading,
): Promise<Dataset> {
  const dataset = await load(config, places, log, reading);
  for (const warning of dataset.resolved.warnings ?? []) log?.("warning", warning);
  return dataset;
}

async function load(config: DatasetConfig, places: DatasetPlaces, log?: Log, reading?: TrainedReading): Promise<Dataset> {
  switch (config.id) {
    case "gaussian-clusters":
    case "random-labels":
      return makeSynthetic(config);
    case "modular-addition":
    case "next-token":
      return makeTokenTask(config);
    case "sentence-polarity":
    case "imdb":
    case "sst2":
      return loadTexts(config, places, log, reading);
    case "text-file":
      return loadTextFile(config, places, reading);
    case "image-folder":
      return loadImageFolder(config, places, log);
    default:
      return loadImages(config, places, log);
  }
}
