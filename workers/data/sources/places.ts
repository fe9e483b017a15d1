import { join } from "node:path";
import type { DatasetSource } from "./datasetSource.ts";

/** Where data sets are looked for, besides what is delivered with the program. */
export interface DatasetPlaces {
  /** The user's own folder, looked through first; null if none is set. */
  folder: string | null;
  /** Where downloads are kept. */
  cache: string;
  /** Allow mirrors without https. */
  insecure?: boolean;
}

/** A folder that may hold a set, in the order in which they are tried. */
export interface Place {
  kind: "folder" | "cache" | "system" | "embedded";
  path: string;
  /** A folder that holds several sets: another set's files of the same names do not count as damage. */
  shared: boolean;
}

/** All of them, in that order. */
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
