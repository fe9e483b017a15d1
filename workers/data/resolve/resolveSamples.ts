import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ImageDatasetId, TextDatasetId } from "../../../contract/data/datasetConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import { type DatasetSource, isVerified, type Layout, type SourceFile } from "../sources/datasetSource.ts";
import { describePlace, filesWanted, triedPlacesText } from "../sources/describePlace.ts";
import { download } from "../sources/download.ts";
import { imageSources } from "../sources/imageSources.ts";
import { type DatasetPlaces, type Place, placesOf } from "../sources/places.ts";
import { locate, readTolerant, readVerified, WrongBytes } from "../sources/readVerified.ts";
import { textSources } from "../sources/textSources.ts";

export type Log = (level: "info" | "warning", text: string) => void;

/** Every published set. */
export const knownSources: DatasetSource<ImageDatasetId | TextDatasetId, unknown>[] = [...imageSources, ...textSources];

/**
 * The samples of a published set, from the first place that has all its files, verified: the user's folder, the cache, a
 * system folder, the program itself, an official mirror. Nothing else ever replaces it.
 * @returns the samples, and where they came from: "folder", "cache", "system", "embedded" or "mirror", with the place
 * @throws Failure DATASET_CORRUPT if a file of the user's folder is not the published one; DATASET_UNAVAILABLE naming what
 * was tried and what would help
 */
export async function resolveSamples<Part>(
  source: DatasetSource<string, Part>,
  places: DatasetPlaces,
  log: Log = () => {},
): Promise<{ train: Part; test: Part; source: string }> {
  const tried = new Map<string, string>();
  for (const place of placesOf(source, places))
    for (const layout of source.layouts) {
      const read = await readPlace(source, layout, place, tried, log);
      if (read === null) continue;
      const where = place.kind === "embedded" ? "embedded" : `${place.kind} ${place.path}`;
      const why = layout.files.some((file) => file.tolerant && file.checksum !== null)
        ? "its files are not the published ones byte for byte"
        : "no certain published hash";
      const note = read.verified ? "" : ` (not verified: ${why})`;
      return { ...(await layout.assemble(read.files, place.path)), source: `${where}${note}` };
    }
  for (const layout of source.layouts)
    for (const mirror of layout.mirrors) {
      let files: Map<string, Uint8Array>;
      try {
        files = await fetchAll(source, layout, mirror, places, log);
      } catch (error) {
        tried.set(mirror, `mirror ${(error as Error).message}`);
        continue;
      }
      return { ...(await layout.assemble(files, join(places.cache, source.id))), source: `mirror ${mirror}` };
    }
  const offline = knownSources.filter((known) => known.embedded !== null).map((known) => known.id);
  const always = ["gaussian-clusters", "random-labels", "modular-addition", "next-token", ...offline].join(", ");
  throw new Failure(
    "DATASET_UNAVAILABLE",
    `${source.title} is not on this worker and could not be fetched. Tried: ${triedPlacesText([...tried.values()])}. To use it, ${filesWanted(source, places)}. Always available without a network: ${always}.`,
  );
}

/** Where all files of a layout lie in a place, or the names of those that do not. */
export async function look(layout: Layout<unknown>, place: Place): Promise<{ paths: string[] } | { lacking: string[] }> {
  // Bytes without a hash cannot be told from another set's, so they are taken only from the set's own folder.
  if (place.shared && !isVerified(layout))
    return { lacking: [...layout.files.map((file) => file.name), ...(layout.directories ?? [])] };
  const paths = await Promise.all(layout.files.map((file) => locate(place.path, file)));
  const lacking = layout.files.filter((_, at) => paths[at] === null).map((file) => file.name);
  for (const name of layout.directories ?? []) {
    const found = await stat(join(place.path, name)).catch(() => null);
    if (!found?.isDirectory()) lacking.push(`${name}/`);
  }
  return lacking.length > 0 ? { lacking } : { paths: paths as string[] };
}

async function readPlace(
  source: DatasetSource<string, unknown>,
  layout: Layout<unknown>,
  place: Place,
  tried: Map<string, string>,
  log: Log,
): Promise<{ files: Map<string, Uint8Array>; verified: boolean } | null> {
  const note = (why: string) => {
    tried.set(place.path, `${place.kind} ${place.path} (${why})`);
    return null;
  };
  const found = await look(layout, place);
  if ("lacking" in found) {
    const some = found.lacking.length < layout.files.length + (layout.directories?.length ?? 0);
    if (some) note(`without ${found.lacking.join(", ")}`);
    else if (!tried.has(place.path)) tried.set(place.path, await describePlace(place));
    return null;
  }
  const files = new Map<string, Uint8Array>();
  let verified = isVerified(layout);
  for (const [at, file] of layout.files.entries()) {
    try {
      const read = file.tolerant && place.kind === "folder" && !place.shared ? readTolerant : readStrictly;
      const { bytes, verified: proven } = await read(found.paths[at], file);
      files.set(file.name, bytes);
      verified &&= proven;
    } catch (error) {
      if (!(error instanceof WrongBytes)) throw error;
      const other = knownSources.find((known) => known.id !== source.id && hasHash(known, error.found));
      if (place.shared && other) return note(`that is ${other.title}`);
      if (place.shared && file.tolerant) return note(`${file.name} there is not the published one`);
      if (place.kind !== "cache")
        throw other ? new Failure("DATASET_CORRUPT", `${error.message} It is a file of ${other.title}.`) : error;
      await rm(found.paths[at], { force: true });
      log("warning", `${error.message} It was removed from the cache.`);
      return note(`${file.name} was damaged and removed`);
    }
  }
  return { files, verified };
}

const readStrictly = async (path: string, file: SourceFile) => ({ bytes: await readVerified(path, file), verified: true });

const hasHash = (source: DatasetSource<string, unknown>, found: string | null) =>
  source.layouts.some((layout) => layout.files.some((file) => file.checksum !== null && file.checksum.hex === found));

async function fetchAll(
  source: DatasetSource<string, unknown>,
  layout: Layout<unknown>,
  mirror: string,
  places: DatasetPlaces,
  log: Log,
) {
  const folder = join(places.cache, source.id);
  const files = new Map<string, Uint8Array>();
  for (const file of layout.files) {
    const kept = await locate(folder, file);
    const intact = kept && (await readVerified(kept, file).catch(() => null));
    if (intact) {
      files.set(file.name, intact);
      continue;
    }
    log("info", `Downloading ${mirror}${file.name} (at most ${(file.maxFileBytes / 1e6).toFixed(1)} MB).`);
    files.set(file.name, await download(`${mirror}${file.name}`, file, join(folder, file.name), places.insecure));
  }
  log("info", `${source.title} is kept in ${folder}.`);
  return files;
}
