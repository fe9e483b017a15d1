import type { TextDatasetConfig, TextDatasetId } from "../../../contract/data/datasetConfig.ts";
import type { Dataset } from "../dataset.ts";
import { prepareTexts, type TrainedReading } from "../prepare/prepareTexts.ts";
import type { DatasetPlaces } from "../sources/places.ts";
import { textSource } from "../sources/textSources.ts";
import { type Log, resolveSamples } from "./resolveSamples.ts";

type PublishedText = Extract<TextDatasetConfig, { id: TextDatasetId }>;

/**
 * A published text set as word numbers (see prepareTexts).
 * @throws Failure DATASET_UNAVAILABLE, DATASET_CORRUPT, or INVALID if a class has fewer samples than asked for
 */
export async function loadTexts(
  config: PublishedText,
  places: DatasetPlaces,
  log?: Log,
  reading?: TrainedReading,
): Promise<Dataset> {
  const source = textSource(config.id);
  const { train, test, source: where } = await resolveSamples(source, places, log);
  return prepareTexts(config, { ...source, source: where }, train, test, reading);
}
