import { type ImageDatasetId, imageDatasetIds } from "../../../contract/data/datasetConfig.ts";
import { colourSources } from "./colourSources.ts";
import { type ImageSource, type PublishedSet, publishedSet } from "./datasetSource.ts";
import { greySources } from "./greySources.ts";

const sources: Record<ImageDatasetId, Omit<ImageSource, keyof PublishedSet>> = { ...greySources, ...colourSources };

export const imageSource = (id: ImageDatasetId): ImageSource => ({ ...publishedSet(id), ...sources[id] });

/** Every published image set. */
export const imageSources: ImageSource[] = imageDatasetIds.map((id) => imageSource(id));
