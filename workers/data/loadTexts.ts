import type { TextDatasetConfig, TextDatasetId } from "../../contract/datasetConfig.ts";
import type { Dataset } from "./dataset.ts";
import type { DatasetPlaces } from "./places.ts";
import { prepareTexts, type TrainedReading } from "./prepareTexts.ts";
import { resolveSamples, type Say } from "./resolveSamples.ts";
import { textSource } from "./textSources.ts";

type PublishedText = Extract<TextDatasetConfig, { id: TextDatasetId }>;

/**
 * A published text set as word numbers (see prepareTexts).
 * @throws Failure DATASET_UNAVAILABLE, DATASET_CORRUPT, or INVALID if a class has fewer samples than asked for
 */
export async function loadTexts(
  config: PublishedText,
  places: DatasetPlaces,
  say?: Say,
  reading?: TrainedReading,
): Promise<Dataset> {
  const source = textSource(config.id);
  const { train, test, source: where } = await resolveSamples(source, places, say);
  return prepareTexts(config, { ...source, source: where }, train, test, reading);
}
