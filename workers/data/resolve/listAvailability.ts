import { ownDatasetIds, syntheticDatasetIds } from "../../../contract/data/datasetConfig.ts";
import { tokenTaskIds } from "../../../contract/data/tokenTasks.ts";
import type { DatasetAvailability } from "../../../contract/wire/workerProtocol.ts";
import type { DatasetSource } from "../sources/datasetSource.ts";
import { filesWanted } from "../sources/describePlace.ts";
import { type DatasetPlaces, placesOf } from "../sources/places.ts";
import { knownSources, look } from "./resolveSamples.ts";

/** Which data sets are on this machine, without a download and without reading them: they are verified when used. */
export async function listAvailability(places: DatasetPlaces): Promise<DatasetAvailability[]> {
  const published = knownSources.map(async (source): Promise<DatasetAvailability> => {
    const found = await find(source, places);
    if (found !== null) return { id: source.id, available: true, detail: found };
    const mirrors = source.layouts.flatMap((layout) => layout.mirrors);
    const mirror = mirrors.length > 0 ? `would be downloaded from ${mirrors.join(" or ")}, or ` : "";
    return {
      id: source.id,
      available: false,
      detail: `not on this machine; ${mirror}${filesWanted(source, places)}`.slice(0, 2000),
    };
  });
  const generated = [...syntheticDatasetIds, ...tokenTaskIds].map(
    (id): DatasetAvailability => ({ id, available: true, detail: "generated from its seed" }),
  );
  return [...(await Promise.all(published)), ...ownPlaces(places), ...generated];
}

async function find(source: DatasetSource<string, unknown>, places: DatasetPlaces): Promise<string | null> {
  for (const place of placesOf(source, places))
    for (const layout of source.layouts)
      if ("paths" in (await look(layout, place))) return `${place.kind} ${place.path}; verified when used`;
  return null;
}

/** Whether there is a place for a person's own sets: which there are is reported separately, as the folder changes. */
function ownPlaces({ folder }: DatasetPlaces): DatasetAvailability[] {
  return ownDatasetIds.map((id) => {
    const wanted =
      id === "image-folder" ? "a folder with train/<class>/ and val/<class>/ of pictures" : 'a file of lines "label<TAB>text"';
    return folder === null
      ? {
          id,
          available: false,
          detail: `no data-set folder is set: name one with COLLAPSAR_DATASETS_DIR, and put ${wanted} there`,
        }
      : { id, available: true, detail: `${wanted} in ${folder}`.slice(0, 2000) };
  });
}
