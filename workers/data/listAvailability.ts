import { syntheticDatasetIds } from "../../contract/datasetConfig.ts";
import type { DatasetAvailability } from "../../contract/workerProtocol.ts";
import type { DatasetSource } from "./datasetSource.ts";
import { imageSources } from "./imageSources.ts";
import { type DatasetPlaces, filesWanted, look, placesOf } from "./resolveSamples.ts";
import { textSources } from "./textSources.ts";

/** Which data sets are on this machine, without a download and without reading them: they are verified when used. */
export async function listAvailability(places: DatasetPlaces): Promise<DatasetAvailability[]> {
  const published = [...imageSources, ...textSources].map(async (source): Promise<DatasetAvailability> => {
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
  const generated = syntheticDatasetIds.map(
    (id): DatasetAvailability => ({ id, available: true, detail: "generated from its seed" }),
  );
  return [...(await Promise.all(published)), ...generated];
}

async function find(source: DatasetSource<string, unknown>, places: DatasetPlaces): Promise<string | null> {
  for (const place of placesOf(source, places))
    for (const layout of source.layouts)
      if ("paths" in (await look(layout, place))) return `${place.kind} ${place.path}; verified when used`;
  return null;
}
