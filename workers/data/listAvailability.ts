import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { datasetConfig, syntheticDatasetIds } from "../../contract/datasetConfig.ts";
import type { DatasetAvailability } from "../../contract/workerProtocol.ts";
import type { DatasetSource } from "./datasetSource.ts";
import { type DatasetPlaces, placesOf } from "./places.ts";
import { knownSources, look } from "./resolveSamples.ts";
import { filesWanted } from "./whatIsThere.ts";

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
  const generated = syntheticDatasetIds.map(
    (id): DatasetAvailability => ({ id, available: true, detail: "generated from its seed" }),
  );
  return [...(await Promise.all(published)), ...(await ownSets(places)), ...generated];
}

async function find(source: DatasetSource<string, unknown>, places: DatasetPlaces): Promise<string | null> {
  for (const place of placesOf(source, places))
    for (const layout of source.layouts)
      if ("paths" in (await look(layout, place))) return `${place.kind} ${place.path}; verified when used`;
  return null;
}

/** What of a person's own lies in the data-set folder: folders with train/ in them, and tables. */
async function ownSets({ folder }: DatasetPlaces): Promise<DatasetAvailability[]> {
  const entries = folder === null ? [] : await readdir(folder).catch(() => []);
  const [folders, files]: [string[], string[]] = [[], []];
  const published = new Set(knownSources.flatMap((source) => source.folders));
  for (const name of entries.sort()) {
    if (/\.tsv(\.gz)?$/.test(name) && datasetConfig.safeParse({ id: "text-file", file: name }).success) files.push(name);
    if (published.has(name) || !datasetConfig.safeParse({ id: "image-folder", folder: name }).success) continue;
    const train = await stat(join(folder!, name, "train")).catch(() => null);
    if (train?.isDirectory()) folders.push(name);
  }
  const told = (names: string[], wanted: string) => {
    if (folder === null)
      return `no data-set folder is set; ${wanted} in the folder named by --data or COLLAPSAR_DATASETS_DIR can be used`;
    return names.length > 0 ? `in ${folder}: ${names.join(", ")}` : `none in ${folder}; ${wanted} there can be used`;
  };
  return [
    { id: "image-folder", names: folders, wanted: "a folder with train/<class>/ and val/<class>/ of pictures" },
    { id: "text-file", names: files, wanted: 'a file of lines "label<TAB>text"' },
  ].map(({ id, names, wanted }) => ({
    id: id as DatasetAvailability["id"],
    available: names.length > 0,
    detail: told(names, wanted).slice(0, 2000),
  }));
}
