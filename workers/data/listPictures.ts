import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { limits } from "../../contract/limits.ts";
import { readLines } from "./labelledTexts.ts";
import { insidePath, type OwnPath } from "./ownPath.ts";

/** The pictures of a training or test set: class by class, in the order of their names. */
export interface Pictures {
  /** Real paths. */
  files: string[];
  labels: Uint16Array;
}

const maxFiles = 2_000_000;
const picture = /\.(jpe?g|png)$/i;

/**
 * The pictures of a folder as ImageNet's subsets come: train/<class>/ and val/<class>/ (or test/<class>/), with the pictures
 * in them or in images/ below; or, as in Tiny ImageNet, val/images/ with the classes in val/val_annotations.txt. Classes are
 * numbered in the order of their names; files that are no pictures by their ending are passed over.
 * @throws Failure DATASET_CORRUPT naming the folder and what was expected; NOT_ALLOWED if a link leads out of root
 */
export async function listPictures({
  root,
  path,
}: OwnPath): Promise<{ train: Pictures; test: Pictures; classNames: string[]; split: string }> {
  const entries = await readdir(path).catch(() => {
    throw new Failure("DATASET_UNAVAILABLE", `${path} is no folder; expected one with train/ and val/ or test/ in it.`);
  });
  const split = ["val", "test"].find((name) => entries.includes(name));
  if (!entries.includes("train") || split === undefined)
    throw new Failure("DATASET_CORRUPT", `${path} has no ${entries.includes("train") ? "val/ or test/" : "train/"}.`);
  const trainPath = await insidePath(root, join(path, "train"));
  const testPath = await insidePath(root, join(path, split));
  const classNames = await subfolders(root, trainPath);
  if (classNames.length < limits.classes.min || classNames.length > limits.classes.max)
    throw new Failure(
      "DATASET_CORRUPT",
      `${trainPath} has ${classNames.length} folders; expected one a class, ${limits.classes.min} to ${limits.classes.max}.`,
    );
  const train = await byClass(root, trainPath, classNames);
  const annotated = await stat(join(testPath, "val_annotations.txt")).catch(() => null);
  if (annotated) return { train, test: await byAnnotations(root, testPath, classNames), classNames, split };
  const others = (await subfolders(root, testPath)).filter((name) => !classNames.includes(name));
  if (others.length > 0)
    throw new Failure("DATASET_CORRUPT", `${testPath} has the class ${others[0]}, which ${trainPath} has not.`);
  return { train, test: await byClass(root, testPath, classNames), classNames, split };
}

async function byClass(root: string, path: string, classNames: string[]): Promise<Pictures> {
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classNames.entries()) {
    const folder = join(path, name);
    const found = await picturesIn(root, folder);
    if (found.length === 0)
      throw new Failure(
        "DATASET_CORRUPT",
        `${folder} has no pictures (.jpg, .jpeg or .png); expected those of the class ${name}.`,
      );
    if (files.length + found.length > maxFiles) throw new Failure("INVALID", `${path} has more than ${maxFiles} pictures.`);
    for (const file of found) files.push(file);
    for (let i = 0; i < found.length; i++) labels.push(label);
  }
  return { files, labels: Uint16Array.from(labels) };
}

/** Pictures in a folder or, if there are none, in images/ below it. */
async function picturesIn(root: string, folder: string): Promise<string[]> {
  const real = await insidePath(root, folder).catch((error) => {
    if (error instanceof Failure) throw error;
    throw new Failure("DATASET_CORRUPT", `${folder} is missing: expected a folder of pictures.`);
  });
  const entries = await readdir(real, { withFileTypes: true });
  const names = entries.filter((entry) => picture.test(entry.name) && !entry.name.startsWith(".")).map((entry) => entry.name);
  if (names.length === 0 && entries.some((entry) => entry.name === "images" && entry.isDirectory()))
    return picturesIn(root, join(real, "images"));
  const linked = new Set(entries.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name));
  return Promise.all(names.sort().map((name) => (linked.has(name) ? insidePath(root, join(real, name)) : join(real, name))));
}

async function byAnnotations(root: string, path: string, classNames: string[]): Promise<Pictures> {
  const list = await insidePath(root, join(path, "val_annotations.txt"));
  const inFolder = new Map((await picturesIn(root, join(path, "images"))).map((file) => [file.split("/").at(-1)!, file]));
  const classOf = new Map(classNames.map((name, k) => [name, k]));
  const files: string[] = [];
  const labels: number[] = [];
  for (const { text, number } of readLines(await readFile(list), list)) {
    const [name, className] = text.split("\t");
    const file = inFolder.get(name);
    const label = classOf.get(className);
    if (file === undefined || label === undefined)
      throw new Failure(
        "DATASET_CORRUPT",
        `${list}, line ${number}: expected "picture<TAB>class" of a picture in images/ and a class in train/, found ${JSON.stringify(text.slice(0, 80))}.`,
      );
    files.push(file);
    labels.push(label);
  }
  return { files, labels: Uint16Array.from(labels) };
}

async function subfolders(root: string, path: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const linked = entry.isSymbolicLink() && (await stat(await insidePath(root, join(path, entry.name)))).isDirectory();
    if (linked || entry.isDirectory()) names.push(entry.name);
  }
  return names.sort();
}
