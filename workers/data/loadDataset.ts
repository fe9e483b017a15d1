import type { DatasetConfig } from "../../contract/datasetConfig.ts";
import type { Dataset } from "./dataset.ts";
import { loadImageFolder } from "./loadImageFolder.ts";
import { loadImages } from "./loadImages.ts";
import { loadTextFile } from "./loadTextFile.ts";
import { loadTexts } from "./loadTexts.ts";
import { makeSynthetic } from "./makeSynthetic.ts";
import type { DatasetPlaces, Say } from "./resolveSamples.ts";

/** The samples a config names: made from its seed, or read, verified and prepared. @throws Failure, see the loaders */
export async function loadDataset(config: DatasetConfig, places: DatasetPlaces, say?: Say): Promise<Dataset> {
  switch (config.id) {
    case "gaussian-clusters":
    case "random-labels":
      return makeSynthetic(config);
    case "sentence-polarity":
    case "imdb":
    case "sst2":
      return loadTexts(config, places, say);
    case "text-file":
      return loadTextFile(config, places);
    case "image-folder":
      return loadImageFolder(config, places, say);
    default:
      return loadImages(config, places, say);
  }
}
