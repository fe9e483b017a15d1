import { Failure } from "../../../contract/failure.ts";
import { limits } from "../../../contract/limits.ts";
import { alikeWarning } from "./alikeNames.ts";
import { corrupt, FileFaults } from "./fileFaults.ts";
import { PassedOver } from "./passedOver.ts";
import { isPicture, readableEndings } from "./pictureFormats.ts";
import { findSplits, within } from "./pictureSplits.ts";
import { type Entry, type OwnPath, readBytes, readFolder } from "./readFolder.ts";
import { readLines } from "./textLines.ts";

/** The pictures of a training or test set: class by class, in the order of their names. */
export interface Pictures {
  /** Real paths. */
  files: string[];
  labels: Uint16Array;
}

export interface PictureList {
  train: Pictures;
  test: Pictures;
  classNames: string[];
  /** Name of the test set's folder. */
  split: string;
  /** What was passed over, or looks like a mistake. */
  warnings: string[];
  /** Hidden files, passed over. */
  hidden: number;
  /** What has a picture's name and cannot be one. */
  faults: FileFaults;
}

const maxFiles = 2_000_000;
const listBytes = 100_000_000;
/** Files that published sets contain besides their pictures. */
const known = /^(.*_boxes\.txt|val_annotations\.txt)$/;

/**
 * The pictures of a folder as ImageNet's subsets come: train/<class>/ and val/<class>/ (or test/<class>/, see findSplits), with the
 * pictures in them or in images/ below; or, as in Tiny ImageNet, val/images/ with the classes in val/val_annotations.txt.
 * Classes are numbered in the order of their names; files without a picture's ending are skipped and counted.
 * @throws Failure DATASET_CORRUPT naming the folder, what is there and what was expected; NOT_ALLOWED if a link leads out of root
 */
export async function listPictures({ root, path }: OwnPath): Promise<PictureList> {
  const splits = await findSplits(root, path);
  const passed = new PassedOver();
  const faults = new FileFaults();
  const look: Look = { root, set: path, passed, faults };
  const trainFolders = await classFolders(look, splits.train);
  const classNames = trainFolders.map((folder) => folder.name);
  const { min, max } = limits.classes;
  if (classNames.length < min || classNames.length > max)
    throw new Failure(
      "DATASET_CORRUPT",
      `${splits.train.path} has ${classNames.length} ${classNames.length === 1 ? `folder (${classNames[0]})` : "folders"}; expected one per class, ${min} to ${max}.`,
    );
  const train = await byClass(look, trainFolders);
  const inTest = await readFolder(root, splits.test.path);
  const annotated = inTest.find((entry) => entry.name === "val_annotations.txt" && entry.kind === "file");
  const test = annotated
    ? await byAnnotations(look, annotated, inTest, classNames)
    : await byClass(look, matchClasses(await classFolders(look, splits.test), splits, classNames));
  const warnings = [
    ...passed.warnings(`${splits.train.name}/ and ${splits.test.name}/`, readableEndings),
    ...splits.warnings,
    ...alikeWarning(`${splits.train.name}/`, classNames),
  ];
  return { train, test, classNames, split: splits.test.name, warnings, hidden: passed.hidden, faults };
}

interface Look {
  root: string;
  set: string;
  passed: PassedOver;
  faults: FileFaults;
}

async function classFolders({ root, set, passed, faults }: Look, split: Entry): Promise<Entry[]> {
  const folders: Entry[] = [];
  for (const entry of await readFolder(root, split.path)) {
    if (!entry.hidden && entry.kind === "folder") folders.push(entry);
    else if (!entry.hidden && entry.kind === "unusable")
      faults.add(corrupt(`${within(set, split.path)}/${entry.name}`, entry.fault));
    else if (!known.test(entry.name)) passed.add(entry, split.name);
  }
  return folders;
}

/** The test folders in the order of the classes; names in another Unicode form are the same. */
function matchClasses(found: Entry[], { train, test }: { train: Entry; test: Entry }, classNames: string[]): Entry[] {
  const list = (names: string[]) =>
    `${names.slice(0, 20).join(", ")}${names.length > 20 ? ` and ${names.length - 20} more` : ""}`;
  const taken = new Set<Entry>();
  const lacking: string[] = [];
  const folders = classNames.flatMap((name) => {
    const match =
      found.find((entry) => entry.name === name) ?? found.find((entry) => entry.name.normalize() === name.normalize());
    if (match === undefined) lacking.push(`${test.path}/${name}`);
    else taken.add(match);
    return match ?? [];
  });
  const others = found.filter((entry) => !taken.has(entry)).map((entry) => entry.name);
  if (others.length > 0)
    throw new Failure(
      "DATASET_CORRUPT",
      `${test.path} has the class${others.length > 1 ? "es" : ""} ${list(others)}, which ${train.path} does not have.`,
    );
  if (lacking.length > 0)
    throw new Failure(
      "DATASET_CORRUPT",
      `${list(lacking)} is missing: expected a folder of pictures for each class of ${train.path}.`,
    );
  return folders;
}

async function byClass(look: Look, folders: Entry[]): Promise<Pictures> {
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, folder] of folders.entries()) {
    const { pictures, named } = await picturesIn(look, folder);
    if (named === 0)
      throw new Failure(
        "DATASET_CORRUPT",
        `${folder.path} has no pictures (${readableEndings}): ${await whatIsIn(look.root, folder)}; expected those of the class ${folder.name}.`,
      );
    if (files.length + named > maxFiles) throw new Failure("INVALID", `${look.set} has more than ${maxFiles} pictures.`);
    for (const { path } of pictures) {
      files.push(path);
      labels.push(label);
    }
  }
  return { files, labels: Uint16Array.from(labels) };
}

async function whatIsIn(root: string, folder: Entry): Promise<string> {
  const names = (await readFolder(root, folder.path)).filter((entry) => !entry.hidden).map((entry) => entry.name);
  if (names.length === 0) return "it is empty";
  return `it has ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
}

/**
 * Pictures in a folder or, if there are none, in images/ below it; `named` counts what is called a picture, those that cannot
 * be one included.
 */
async function picturesIn(look: Look, folder: Entry): Promise<{ pictures: Entry[]; named: number }> {
  const entries = await readFolder(look.root, folder.path);
  const called = (entry: Entry) => !entry.hidden && isPicture(entry.name);
  const none = !entries.some(called);
  const below = none ? entries.find((entry) => entry.name === "images" && entry.kind === "folder") : undefined;
  const pictures: Entry[] = [];
  let named = 0;
  for (const entry of entries) {
    if (!called(entry)) {
      if (entry !== below && !known.test(entry.name)) look.passed.add(entry, within(look.set, folder.path));
      continue;
    }
    named++;
    const name = `${within(look.set, folder.path)}/${entry.name}`;
    if (entry.kind === "file") pictures.push(entry);
    else look.faults.add(corrupt(name, entry.kind === "folder" ? "is a folder named like a picture" : entry.fault));
  }
  return below ? picturesIn(look, below) : { pictures, named };
}

async function byAnnotations(look: Look, list: Entry, inTest: Entry[], classNames: string[]): Promise<Pictures> {
  const folder = inTest.find((entry) => entry.name === "images" && entry.kind === "folder");
  if (folder === undefined)
    throw new Failure("DATASET_CORRUPT", `${list.path} names pictures in images/ next to it, but that folder does not exist.`);
  const byName = new Map((await picturesIn(look, folder)).pictures.map((entry) => [entry.name, entry.path]));
  const classOf = new Map(classNames.map((name, k) => [name, k]));
  const files: string[] = [];
  const labels: number[] = [];
  for (const { text, number } of readLines(await readBytes(list.path, list.path, listBytes), list.path)) {
    const [name, className] = text.split("\t");
    const file = byName.get(name);
    const label = classOf.get(className);
    if (file === undefined || label === undefined)
      throw new Failure(
        "DATASET_CORRUPT",
        `${list.path}, line ${number}: expected "picture<TAB>class" of a picture in images/ and a class in train/, found ${JSON.stringify(text.slice(0, 80))}.`,
      );
    files.push(file);
    labels.push(label);
  }
  return { files, labels: Uint16Array.from(labels) };
}
