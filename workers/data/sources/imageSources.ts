import { type ImageDatasetId, imageDatasetIds } from "../../../contract/data/datasetConfig.ts";
import { colourSources } from "./colourSources.ts";
import type { ImageSource } from "./datasetSource.ts";
import { greySources } from "./greySources.ts";

const sources: Record<ImageDatasetId, Omit<ImageSource, "id">> = { ...greySources, ...colourSources };

/** Every published image set. */
export const imageSources: ImageSource[] = imageDatasetIds.map((id) => ({ id, ...sources[id] }));

export const imageSource = (id: ImageDatasetId): ImageSource => ({ id, ...sources[id] });
