import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../formats/fileFaults.ts";
import type { DatasetSource } from "./datasetSource.ts";
import type { DatasetPlaces, Place } from "./places.ts";
import { expectation } from "./readVerified.ts";

const shown = 8;
const absent = "absent ";

/** Describes a place that has none of a set's files, for the error; a missing folder is named only by its path. */
export async function describePlace({ kind, path }: Place): Promise<string> {
  let entries: { name: string; isDirectory(): boolean }[];
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? `${absent}${path}` : `${kind} ${path} (it ${reasonOf(error)})`;
  }
  const names = entries.map((entry) => `${entry.name}${entry.isDirectory() ? "/" : ""}`).filter((name) => !name.startsWith("."));
  const more = names.length > shown ? ` and ${names.length - shown} more` : "";
  const there =
    names.length === 0 ? "it is empty" : `none of the required files; it has ${names.sort().slice(0, shown).join(", ")}${more}`;
  return `${kind} ${path} (${there})`;
}

/** Places that were tried, those last that are not there. */
export function triedPlacesText(tried: string[]): string {
  const lacking = tried.filter((text) => text.startsWith(absent)).map((text) => text.slice(absent.length));
  const others = tried.filter((text) => !text.startsWith(absent));
  return [...others, ...(lacking.length > 0 ? [`no folder ${lacking.join(", no ")}`] : [])].join("; ");
}

/** What to do to have a set: its files, and where to put them. */
export function filesWanted(source: DatasetSource<string, unknown>, places: DatasetPlaces): string {
  const folder =
    places.folder === null
      ? `a folder named by COLLAPSAR_DATASETS_DIR, in "${source.folders[0]}"`
      : join(places.folder, source.folders[0]);
  const forms = source.layouts.map(({ files, directories = [] }, at) =>
    [
      ...files.map((file) => (at === 0 ? `${file.name} (${expectation(file)})` : file.name)),
      ...directories.map((name) => `${name}/`),
    ].join(", "),
  );
  return `put these files into ${folder}: ${forms.join("; or ")}`;
}
