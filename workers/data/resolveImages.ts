import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { download } from "./download.ts";
import type { ImageSource } from "./imageSource.ts";
import { imageSources } from "./imageSources.ts";
import { locate, readVerified, WrongBytes } from "./readVerified.ts";

/** Where data sets are looked for, besides what is delivered with the program. */
export interface DatasetPlaces {
  /** The user's own folder, looked through first; null if none is set. */
  folder: string | null;
  /** Where downloads are kept. */
  cache: string;
  /** Allow mirrors without https. */
  insecure?: boolean;
}

export interface ResolvedImages {
  files: Map<string, Uint8Array>;
  /** "folder", "cache", "system", "embedded" or "mirror", with the place. */
  source: string;
}

export type Say = (level: "info" | "warning", text: string) => void;

/** A folder that may hold a set, in the order in which they are tried. */
interface Place {
  kind: "folder" | "cache" | "system" | "embedded";
  path: string;
  /** A folder that holds several sets: another set's files of the same names are no damage. */
  shared: boolean;
}

export function placesOf(source: ImageSource, places: DatasetPlaces): Place[] {
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
 * The verified bytes of an image set, from the first place that has them all: the user's folder, the cache, a system
 * folder, the program itself, an official mirror. Nothing else ever stands in for it.
 * @throws Failure DATASET_CORRUPT if a file of the user's folder is not the published one; DATASET_UNAVAILABLE naming what
 * was tried and what would help
 */
export async function resolveImages(source: ImageSource, places: DatasetPlaces, say: Say = () => {}): Promise<ResolvedImages> {
  const tried: string[] = [];
  for (const place of placesOf(source, places)) {
    const files = await readPlace(source, place, tried, say);
    if (files) return { files, source: place.kind === "embedded" ? "embedded" : `${place.kind} ${place.path}` };
  }
  for (const mirror of source.mirrors) {
    try {
      return { files: await fetchAll(source, mirror, places, say), source: `mirror ${mirror}` };
    } catch (error) {
      tried.push(`mirror ${(error as Error).message}`);
    }
  }
  throw new Failure("DATASET_UNAVAILABLE", unavailableText(source, places, tried));
}

async function readPlace(source: ImageSource, place: Place, tried: string[], say: Say) {
  const paths = await Promise.all(source.files.map((file) => locate(place.path, file)));
  const lacking = source.files.filter((_, at) => paths[at] === null).map((file) => file.name);
  if (lacking.length > 0) {
    const none = lacking.length === source.files.length;
    tried.push(`${place.kind} ${place.path} (${none ? "nothing there" : `without ${lacking.join(", ")}`})`);
    return null;
  }
  const files = new Map<string, Uint8Array>();
  for (const [at, file] of source.files.entries()) {
    try {
      files.set(file.name, await readVerified(paths[at]!, file));
    } catch (error) {
      if (!(error instanceof WrongBytes)) throw error;
      const other = imageSources.find((known) => known.id !== source.id && known.files.some((f) => f.sha256 === error.found));
      if (place.shared && other) {
        tried.push(`${place.kind} ${place.path} (that is ${other.title})`);
        return null;
      }
      if (place.kind !== "cache")
        throw other ? new Failure("DATASET_CORRUPT", `${error.message} It is a file of ${other.title}.`) : error;
      await rm(paths[at]!, { force: true });
      say("warning", `${error.message} It was removed from the cache.`);
      tried.push(`cache ${place.path} (${file.name} was damaged and removed)`);
      return null;
    }
  }
  return files;
}

async function fetchAll(source: ImageSource, mirror: string, places: DatasetPlaces, say: Say) {
  const files = new Map<string, Uint8Array>();
  for (const file of source.files) {
    const path = join(places.cache, source.id, file.name);
    const kept = await locate(join(places.cache, source.id), file);
    const intact = kept && (await readVerified(kept, file).catch(() => null));
    if (intact) {
      files.set(file.name, intact);
      continue;
    }
    say("info", `Downloading ${mirror}${file.name} (at most ${(file.maxFileBytes / 1e6).toFixed(1)} MB).`);
    files.set(file.name, await download(`${mirror}${file.name}`, file, path, places.insecure));
  }
  say("info", `${source.title} is kept in ${join(places.cache, source.id)}.`);
  return files;
}

/** What to do to have a set: its files, and where to put them. */
export function filesWanted(source: ImageSource, places: DatasetPlaces): string {
  const folder =
    places.folder === null
      ? `a folder named by COLLAPSAR_DATASETS_DIR, in "${source.folders[0]}"`
      : join(places.folder, source.folders[0]);
  const files = source.files.map(
    (file) => `${file.name} (sha256 of the ${file.hashed === "file" ? "file" : "decompressed bytes"} ${file.sha256})`,
  );
  return `put these files into ${folder}: ${files.join(", ")}`;
}

function unavailableText(source: ImageSource, places: DatasetPlaces, tried: string[]): string {
  const offline = [
    "gaussian-clusters",
    "random-labels",
    ...imageSources.filter((known) => known.embedded !== null).map((known) => known.id),
  ];
  return `${source.title} is not on this worker and could not be fetched. Tried: ${tried.join("; ")}. To use it, ${filesWanted(source, places)}. Always available without a network: ${offline.join(", ")}.`;
}
