import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { boundClassNames } from "../../../contract/data/classNames.ts";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { boundWarnings } from "../../../contract/data/datasetWarnings.ts";
import type { OwnSet } from "../../../contract/data/ownSet.ts";
import { Failure } from "../../../contract/failure.ts";
import { countClasses } from "../dataset.ts";
import { corrupt, reasonOf } from "../formats/fileFaults.ts";
import { listPictures } from "../formats/listPictures.ts";
import { readTextTable, TooManyBytes } from "../formats/readTextTable.ts";
import { textWarnings } from "../prepare/textWarnings.ts";
import { requireDivisible } from "../resolve/loadTextFile.ts";
import { ownPath } from "../sources/ownPath.ts";
import type { DatasetPlaces } from "../sources/places.ts";

/** Larger tables are read when they are used alone. */
const inspectedBytes = 50_000_000;

type Content = Pick<OwnSet, "classNames" | "trainCounts" | "testCounts" | "warnings">;

/**
 * A set of a person's own as it would be read, without decoding a picture: names are listed, and a table of up to 50 MB (unpacked) is read.
 * @returns what is wrong with it as its `problem`; nothing is thrown for it
 */
export async function inspectOwnSet(id: OwnSet["id"], name: string, places: DatasetPlaces): Promise<OwnSet> {
  const about = { id, name: basename(name).slice(0, 255) };
  try {
    requireName(id, name);
    const content = await (id === "image-folder" ? inspectFolder(name, places) : inspectTable(name, places));
    return {
      ...about,
      problem: null,
      ...content,
      classNames: boundClassNames(content.classNames),
      warnings: boundWarnings(content.warnings),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problem = error.message.length > 1000 ? `${error.message.slice(0, 999).toWellFormed()}…` : error.message;
    return { ...about, problem, warnings: [], classNames: [], trainCounts: [], testCounts: null };
  }
}

/** Names reach the worker within a config. */
function requireName(id: OwnSet["id"], name: string): void {
  const config = id === "image-folder" ? { id, folder: name } : { id, file: name };
  if (!datasetConfig.safeParse(config).success)
    throw new Failure("INVALID", `Rename it: a set's name has at most 100 letters, digits, ".", "_" and "-", and no spaces.`);
}

async function inspectFolder(name: string, places: DatasetPlaces): Promise<Content> {
  const found = await listPictures(await ownPath(name, places));
  found.faults.throwIfAny(name, "pictures");
  const counts = (labels: Uint16Array) => countClasses(labels, found.classNames.length);
  const { classNames, warnings } = found;
  return { classNames, warnings, trainCounts: counts(found.train.labels), testCounts: counts(found.test.labels) };
}

async function inspectTable(name: string, places: DatasetPlaces): Promise<Content> {
  const { path } = await ownPath(name, places);
  const { size } = await stat(path).catch((error) => {
    throw corrupt(name, reasonOf(error));
  });
  const unread = (has: string): Content => {
    const warnings = [`${name} has ${has}: its contents are read when it is used.`];
    return { classNames: [], trainCounts: [], testCounts: null, warnings };
  };
  if (size > inspectedBytes) return unread(`${size} bytes`);
  const table = await readTextTable(path, name, inspectedBytes).catch((error) => {
    if (error instanceof TooManyBytes) return null;
    throw error;
  });
  if (table === null) return unread(`more than ${inspectedBytes} bytes once it is unpacked`);
  const { texts, labels, classNames, warnings } = table;
  requireDivisible(labels, classNames, name);
  const trainCounts = countClasses(labels, classNames.length);
  return { classNames, warnings: [...warnings, ...textWarnings(texts, labels)], trainCounts, testCounts: null };
}
