import { relative } from "node:path";
import { Failure } from "../../../contract/failure.ts";
import { isPicture } from "./pictureFormats.ts";
import { type Entry, readFolder } from "./readFolder.ts";

/** Where a set's training and test pictures lie. */
interface PictureSplits {
  /** Path of the folder that holds both. */
  path: string;
  train: Entry;
  test: Entry;
  warnings: string[];
}

const trainNames = ["train", "training"];
/** In the order in which they are preferred. */
const testNames = ["val", "test", "valid", "validation", "dev", "testing"];

/**
 * Finds train/ and val/ (or test/ …), in the folder or in the one folder in it that an archive was unpacked to.
 * @throws Failure DATASET_CORRUPT saying what is there and what was expected
 */
export async function findSplits(root: string, path: string): Promise<PictureSplits> {
  const found = await splitsIn(root, path);
  if ("train" in found) return found;
  const folders = found.entries.filter((entry) => entry.kind === "folder" && !entry.hidden);
  const inner = folders.length === 1 && !named(folders, trainNames) ? await splitsIn(root, folders[0].path) : null;
  if (inner && "train" in inner)
    return { ...inner, warnings: [...inner.warnings, `The set is read from the folder ${folders[0].name}/ in it.`] };
  throw new Failure("DATASET_CORRUPT", await describePlace(root, path, found.entries));
}

async function splitsIn(root: string, path: string): Promise<PictureSplits | { entries: Entry[] }> {
  const entries = await readFolder(root, path);
  const train = named(entries, trainNames);
  const test = named(entries, testNames);
  if (!train || !test) return { entries };
  const others = entries.filter((entry) => entry.kind === "folder" && !entry.hidden && entry !== train && entry !== test);
  const names = others.map((entry) => `${entry.name}/`);
  const warnings =
    others.length === 0
      ? []
      : [
          `Only ${train.name}/ and ${test.name}/ are read; ${names.slice(0, 8).join(", ")}${names.length > 8 ? " …" : ""} beside them are ignored.`,
        ];
  return { path, train, test, warnings };
}

/** The folder of the first of some names, as it is or in other case. */
const named = (entries: Entry[], names: string[]): Entry | undefined => {
  const folders = entries.filter((entry) => entry.kind !== "file");
  for (const name of names) {
    const found = folders.find((entry) => entry.name === name) ?? folders.find((entry) => entry.name.toLowerCase() === name);
    if (found) return found;
  }
};

async function describePlace(root: string, path: string, entries: Entry[]): Promise<string> {
  const seen = entries.filter((entry) => !entry.hidden);
  const names = seen.slice(0, 10).map((entry) => (entry.kind === "folder" ? `${entry.name}/` : entry.name));
  const there =
    seen.length === 0 ? "it is empty" : `it has ${names.join(", ")}${seen.length > 10 ? ` and ${seen.length - 10} more` : ""}`;
  const lacking = named(entries, trainNames) ? "no val/ or test/" : "no train/";
  const expected = "expected train/<class>/ and val/<class>/ (or test/<class>/) with pictures";
  const folders = seen.filter((entry) => entry.kind === "folder");
  const first = lacking === "no train/" && folders.length > 1 ? await readFolder(root, folders[0].path) : [];
  const direct = first.some((entry) => isPicture(entry.name))
    ? ` The folders in it look like classes without a split: move them into train/, and a share of each class's pictures into val/.`
    : "";
  return `${path} has ${lacking}: ${there}; ${expected}.${direct}`;
}

/** Path of a file within a set, for messages. */
export const within = (set: string, path: string): string => relative(set, path);
