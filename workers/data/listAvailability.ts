import { syntheticDatasetIds } from "../../contract/datasetConfig.ts";
import type { DatasetAvailability } from "../../contract/workerProtocol.ts";
import { imageSources } from "./imageSources.ts";
import { locate } from "./readVerified.ts";
import { type DatasetPlaces, filesWanted, placesOf } from "./resolveImages.ts";

/** Which data sets are on this machine, without a download and without reading them: they are verified when used. */
export async function listAvailability(places: DatasetPlaces): Promise<DatasetAvailability[]> {
  const images = imageSources.map(async (source): Promise<DatasetAvailability> => {
    for (const place of placesOf(source, places)) {
      const paths = await Promise.all(source.files.map((file) => locate(place.path, file)));
      if (paths.every((path) => path !== null))
        return { id: source.id, available: true, detail: `${place.kind} ${place.path}; verified when used` };
    }
    const mirror = source.mirrors.length > 0 ? `would be downloaded from ${source.mirrors.join(" or ")}, or ` : "";
    return {
      id: source.id,
      available: false,
      detail: `not on this machine; ${mirror}${filesWanted(source, places)}`.slice(0, 2000),
    };
  });
  const generated = syntheticDatasetIds.map(
    (id): DatasetAvailability => ({ id, available: true, detail: "generated from its seed" }),
  );
  return [...(await Promise.all(images)), ...generated];
}
