import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ImageDatasetId, TextDatasetId } from "../../contract/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { type DatasetSource, isVerified, type Layout } from "./datasetSource.ts";
import { download } from "./download.ts";
import { imageSources } from "./imageSources.ts";
import { expectation, locate, readVerified, WrongBytes } from "./readVerified.ts";
import { textSources } from "./textSources.ts";

/** Where data sets are looked for, besides what is delivered with the program. */
export interface DatasetPlaces {
  /** The user's own folder, looked through first; null if none is set. */
  folder: string | null;
  /** Where downloads are kept. */
  cache: string;
  /** Allow mirrors without https. */
  insecure?: boolean;
}

export type Say = (level: "info" | "warning", text: string) => void;

/** Every published set. */
export const knownSources: DatasetSource<ImageDatasetId | TextDatasetId, unknown>[] = [...imageSources, ...textSources];

/** A folder that may hold a set, in the order in which they are tried. */
interface Place {
  kind: "folder" | "cache" | "system" | "embedded";
  path: string;
  /** A folder that holds several sets: another set's files of the same names are no damage. */
  shared: boolean;
}

export function placesOf(source: DatasetSource<string, unknown>, places: DatasetPlaces): Place[] {
  const own = places.folder;
  return [
    ...(own === null ? [] : source.folders.map((name) => ({ kind: "folder" as const, path: join(own, name), shared: false }))),
    ...(own === null ? [] : [{ kind: "folder" as const, path: own, shared: true }]),
    { kind: "cache", path: join(places.cache, source.id), shared: false },
    ...source.systemFolders.map((path) => ({ kind: "system" as const, path, shared: false })),
    ...(source.embedded === null ? [] : [{ kind: "embedded" as const, path: source.embedded, shared: false }]),
  ];
}

/**
 * The samples of a published set, from the first place that has all its files, verified: the user's folder, the cache, a
 * system folder, the program itself, an official mirror. Nothing else ever stands in for it.
 * @returns the samples, and where they came from: "folder", "cache", "system", "embedded" or "mirror", with the place
 * @throws Failure DATASET_CORRUPT if a file of the user's folder is not the published one; DATASET_UNAVAILABLE naming what
 * was tried and what would help
 */
export async function resolveSamples<Part>(
  source: DatasetSource<string, Part>,
  places: DatasetPlaces,
  say: Say = () => {},
): Promise<{ train: Part; test: Part; source: string }> {
  const tried: string[] = [];
  for (const place of placesOf(source, places))
    for (const layout of source.layouts) {
      const files = await readPlace(source, layout, place, tried, say);
      if (files === null) continue;
      const where = place.kind === "embedded" ? "embedded" : `${place.kind} ${place.path}`;
      const note = isVerified(layout) ? "" : " (not verified: no certain published hash)";
      return { ...(await layout.assemble(files, place.path)), source: `${where}${note}` };
    }
  for (const layout of source.layouts)
    for (const mirror of layout.mirrors) {
      let files: Map<string, Uint8Array>;
      try {
        files = await fetchAll(source, layout, mirror, places, say);
      } catch (error) {
        tried.push(`mirror ${(error as Error).message}`);
        continue;
      }
      return { ...(await layout.assemble(files, join(places.cache, source.id))), source: `mirror ${mirror}` };
    }
  throw new Failure("DATASET_UNAVAILABLE", unavailableText(source, places, tried));
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
  tried: string[],
  say: Say,
) {
  const found = await look(layout, place);
  if ("lacking" in found) {
    const none = found.lacking.length === layout.files.length + (layout.directories?.length ?? 0);
    const what = none && source.layouts.length === 1 ? "nothing there" : `without ${found.lacking.join(", ")}`;
    tried.push(`${place.kind} ${place.path} (${what})`);
    return null;
  }
  const files = new Map<string, Uint8Array>();
  for (const [at, file] of layout.files.entries()) {
    try {
      files.set(file.name, await readVerified(found.paths[at], file));
    } catch (error) {
      if (!(error instanceof WrongBytes)) throw error;
      const other = knownSources.find((known) => known.id !== source.id && hasHash(known, error.found));
      if (place.shared && other) {
        tried.push(`${place.kind} ${place.path} (that is ${other.title})`);
        return null;
      }
      if (place.kind !== "cache")
        throw other ? new Failure("DATASET_CORRUPT", `${error.message} It is a file of ${other.title}.`) : error;
      await rm(found.paths[at], { force: true });
      say("warning", `${error.message} It was removed from the cache.`);
      tried.push(`cache ${place.path} (${file.name} was damaged and removed)`);
      return null;
    }
  }
  return files;
}

const hasHash = (source: DatasetSource<string, unknown>, found: string | null) =>
  source.layouts.some((layout) => layout.files.some((file) => file.checksum !== null && file.checksum.hex === found));

async function fetchAll(
  source: DatasetSource<string, unknown>,
  layout: Layout<unknown>,
  mirror: string,
  places: DatasetPlaces,
  say: Say,
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
    say("info", `Downloading ${mirror}${file.name} (at most ${(file.maxFileBytes / 1e6).toFixed(1)} MB).`);
    files.set(file.name, await download(`${mirror}${file.name}`, file, join(folder, file.name), places.insecure));
  }
  say("info", `${source.title} is kept in ${folder}.`);
  return files;
}

/** What to do to have a set: its files, and where to put them. */
export function filesWanted(source: DatasetSource<string, unknown>, places: DatasetPlaces): string {
  const folder =
    places.folder === null
      ? `a folder named by COLLAPSAR_DATASETS_DIR, in "${source.folders[0]}"`
      : join(places.folder, source.folders[0]);
  const forms = source.layouts.map((layout) =>
    [
      ...layout.files.map((file) => `${file.name} (${expectation(file)})`),
      ...(layout.directories ?? []).map((name) => `${name}/`),
    ].join(", "),
  );
  return `put these files into ${folder}: ${forms.join("; or ")}`;
}

function unavailableText(source: DatasetSource<string, unknown>, places: DatasetPlaces, tried: string[]): string {
  const offline = [
    "gaussian-clusters",
    "random-labels",
    ...knownSources.filter((known) => known.embedded !== null).map((known) => known.id),
  ];
  return `${source.title} is not on this worker and could not be fetched. Tried: ${tried.join("; ")}. To use it, ${filesWanted(source, places)}. Always available without a network: ${offline.join(", ")}.`;
}
