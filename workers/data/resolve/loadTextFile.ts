import type { TextDatasetConfig } from "../../../contract/data/datasetConfig.ts";
import { testCountOf } from "../../../contract/data/ownSet.ts";
import { Failure } from "../../../contract/failure.ts";
import { randomStream, shuffle } from "../../../math/statistics/randomStream.ts";
import type { Dataset } from "../dataset.ts";
import type { LabelledTexts } from "../formats/labelledTexts.ts";
import { readTextTable } from "../formats/readTextTable.ts";
import { prepareTexts, type TrainedReading } from "../prepare/prepareTexts.ts";
import { ownPath } from "../sources/ownPath.ts";
import type { DatasetPlaces } from "../sources/places.ts";

type TextFileConfig = Extract<TextDatasetConfig, { id: "text-file" }>;

/**
 * A person's own table of labels and texts (see readTextTable) as word numbers (see prepareTexts). It is hashed, not verified.
 * @throws Failure DATASET_UNAVAILABLE, NOT_ALLOWED (see ownPath); DATASET_CORRUPT naming the lines; INVALID if a class is
 * too small
 */
export async function loadTextFile(config: TextFileConfig, places: DatasetPlaces, reading?: TrainedReading): Promise<Dataset> {
  const { path } = await ownPath(config.file, places);
  const { texts, labels, classNames, warnings } = await readTextTable(path, config.file);
  const { train, test } = splitByClass({ texts, labels }, classNames, config, config.file);
  const shown = classNames.slice(0, 20).map((name, k) => `${k} = "${name}"`);
  const more = classNames.length > 20 ? `, … (${classNames.length})` : "";
  const about = `Classes: ${shown.join(", ")}${more}. The test set is a share of ${config.testShare} of each class, drawn by split seed ${config.splitSeed}.`;
  const source = `folder ${path}`;
  const set = { title: config.file, classes: classNames.length, classNames, source, about, warnings, own: true };
  return prepareTexts(config, set, train, test, reading);
}

/** @throws Failure INVALID where a table has no two classes, or a class no two texts */
export function requireDivisible(labels: Uint16Array, classNames: readonly string[], name: string): void {
  if (classNames.length < 2)
    throw new Failure("INVALID", `${name} has only the label "${classNames[0]}"; a study needs at least 2.`);
  const counts = new Array<number>(classNames.length).fill(0);
  for (const label of labels) counts[label]++;
  const single = classNames.filter((_, k) => counts[k] < 2).map((label) => `"${label}"`);
  if (single.length === 0) return;
  const others =
    single.length > 1
      ? ` (and ${single.length - 1} other labels${single.length > 6 ? "" : `: ${single.slice(1).join(", ")}`})`
      : "";
  throw new Failure(
    "INVALID",
    `${name} has 1 text with the label ${single[0]}${others}; a class needs 2, one of them for the test set.`,
  );
}

/** Draws the same share of each class as test set, at least one sample and never all; both parts stay in file order. */
function splitByClass(
  { texts, labels }: LabelledTexts,
  classNames: readonly string[],
  { testShare, splitSeed }: { testShare: number; splitSeed: number },
  name: string,
): { train: LabelledTexts; test: LabelledTexts } {
  requireDivisible(labels, classNames, name);
  const ofClass: number[][] = classNames.map(() => []);
  labels.forEach((label, i) => {
    ofClass[label].push(i);
  });
  const tested = new Uint8Array(labels.length);
  ofClass.forEach((members, k) => {
    const count = testCountOf(members.length, testShare);
    for (const i of shuffle(members, randomStream(splitSeed, `split/class/${k}`)).slice(0, count)) tested[i] = 1;
  });
  const part = (flag: number): LabelledTexts => ({
    texts: texts.filter((_, i) => tested[i] === flag),
    labels: labels.filter((_, i) => tested[i] === flag),
  });
  return { train: part(0), test: part(1) };
}
