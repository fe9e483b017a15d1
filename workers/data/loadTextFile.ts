import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { TextDatasetConfig } from "../../contract/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import type { Dataset } from "./dataset.ts";
import { type LabelledTexts, parseLabelledLines } from "./labelledTexts.ts";
import { ownPath } from "./ownPath.ts";
import { prepareTexts, type TrainedReading } from "./prepareTexts.ts";
import { randomStream, shuffle } from "./randomStream.ts";
import type { DatasetPlaces } from "./resolveSamples.ts";

type TextFileConfig = Extract<TextDatasetConfig, { id: "text-file" }>;

const maxBytes = 500_000_000;

/**
 * A person's own file of lines `label<TAB>text`, gzipped or not, as word numbers (see prepareTexts). It is hashed, not
 * verified.
 * @throws Failure DATASET_UNAVAILABLE, NOT_ALLOWED (see ownPath); DATASET_CORRUPT naming the line; INVALID if a class is
 * too small
 */
export async function loadTextFile(config: TextFileConfig, places: DatasetPlaces, reading?: TrainedReading): Promise<Dataset> {
  const { path } = await ownPath(config.file, places);
  const { texts, labels, classNames } = parseLabelledLines(await readWhole(path, config.file), config.file, null);
  if (classNames.length < 2)
    throw new Failure("INVALID", `${config.file} has the one label "${classNames[0]}"; a study needs at least 2.`);
  const { train, test } = splitByClass({ texts, labels }, classNames, config, config.file);
  const shown = classNames.slice(0, 20).map((name, k) => `${k} = "${name}"`);
  const more = classNames.length > 20 ? `, … (${classNames.length})` : "";
  const about = `Classes: ${shown.join(", ")}${more}. The test set is a share of ${config.testShare} of each class, drawn by split seed ${config.splitSeed}.`;
  const set = { title: config.file, classes: classNames.length, source: `folder ${path}`, about };
  return prepareTexts(config, set, train, test, reading);
}

async function readWhole(path: string, name: string): Promise<Uint8Array> {
  const found = await stat(path);
  if (!found.isFile()) throw new Failure("DATASET_UNAVAILABLE", `${name} is no file.`);
  if (found.size > maxBytes) throw new Failure("INVALID", `${name} has ${found.size} bytes; at most ${maxBytes} are read.`);
  const bytes = await readFile(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const what = tooLarge ? `decompresses to more than the ${maxBytes} bytes that are read` : "is no intact gzip file";
    throw new Failure("DATASET_CORRUPT", `${name} ${what}.`);
  }
}

/** Draws the same share of each class as test set, at least one sample and never all; both parts stay in file order. */
export function splitByClass(
  { texts, labels }: LabelledTexts,
  classNames: readonly string[],
  { testShare, splitSeed }: { testShare: number; splitSeed: number },
  name: string,
): { train: LabelledTexts; test: LabelledTexts } {
  const ofClass: number[][] = classNames.map(() => []);
  labels.forEach((label, i) => {
    ofClass[label].push(i);
  });
  const tested = new Uint8Array(labels.length);
  ofClass.forEach((members, k) => {
    const size = members.length;
    if (size < 2)
      throw new Failure("INVALID", `${name} has 1 text with the label "${classNames[k]}"; a class needs 2, one of them to test.`);
    const count = Math.min(size - 1, Math.max(1, Math.round(testShare * size)));
    for (const i of shuffle(members, randomStream(splitSeed, `split/class/${k}`)).slice(0, count)) tested[i] = 1;
  });
  const part = (flag: number): LabelledTexts => ({
    texts: texts.filter((_, i) => tested[i] === flag),
    labels: labels.filter((_, i) => tested[i] === flag),
  });
  return { train: part(0), test: part(1) };
}
