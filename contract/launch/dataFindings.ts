import type { ExperimentConfig } from "../config/experimentConfig.ts";
import { measuringConfig, trainingConfig } from "../config/trainingConfig.ts";
import { classLabel } from "../data/classNames.ts";
import { profileProblem } from "../data/classSizes.ts";
import { type DatasetConfig, datasetLabel } from "../data/datasetConfig.ts";
import type { DatasetSizes } from "../data/datasetSizes.ts";
import type { Finding, LaunchFindings, LaunchKnowledge } from "./finding.ts";
import type { ValidParts } from "./validParts.ts";

const grouped = (n: number) => n.toLocaleString("en");
const least = (counts: readonly number[]) => counts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

/** More samples of a class than there are; a person's own set that no connected worker can use. */
export function sampleFindings(
  { datasets }: ValidParts,
  { ownProblem, ownDifference }: LaunchKnowledge,
  found: LaunchFindings,
): void {
  for (const { value, at, sizes } of datasets) {
    found.problems.push(...setProblems(value, sizes, ownProblem, ["datasets", at]));
    const difference = ownDifference(value);
    if (difference !== null) found.warnings.push({ path: ["datasets", at], message: difference });
  }
}

export function setProblems(
  dataset: DatasetConfig,
  sizes: DatasetSizes,
  ownProblem: LaunchKnowledge["ownProblem"],
  path: (string | number)[],
): Finding[] {
  const message = ownProblem(dataset);
  const own = message === null ? [] : [{ path: [...path, dataset.id === "image-folder" ? "folder" : "file"], message }];
  return [...own, ...profileFindings(dataset, sizes, path), ...tooManySamples(dataset, sizes, path)];
}

/** Classes chosen for the picture that a data set does not have. */
export function picturedFindings({ measuring }: ExperimentConfig, { datasets }: ValidParts, found: LaunchFindings): void {
  const chosen = measuringConfig.safeParse(measuring).data?.pictured;
  if (!chosen) return;
  for (const { value, sizes } of datasets) {
    const beyond = chosen.find((k) => sizes.known && k >= sizes.classes);
    if (beyond !== undefined)
      found.problems.push({
        path: ["measuring", "pictured"],
        message: `Class ${beyond} is to be pictured, but ${titleOf(value)} has ${grouped(sizes.classes)} classes, 0 to ${sizes.classes - 1}: choose among these, or leave it empty for an even sample.`,
      });
  }
}

/** As many large classes as there are classes, where these are known. */
function profileFindings(dataset: DatasetConfig, { classes, known }: DatasetSizes, path: (string | number)[]): Finding[] {
  const problem = known && "largeClasses" in dataset ? profileProblem(dataset.largeClasses, classes) : null;
  return problem === null ? [] : [{ path: [...path, "largeClasses"], message: problem }];
}

function tooManySamples(dataset: DatasetConfig, { there, asked }: DatasetSizes, path: (string | number)[]): Finding[] {
  if (there === null) return [];
  return (["train", "test"] as const).flatMap((split) => {
    const short = asked[split].findIndex((n, k) => n > (there[split][k] ?? 0));
    const [wanted, has] = [asked[split][short], there[split][short]];
    if (wanted === undefined || has === undefined) return [];
    const [set, key] = split === "train" ? ["training", "trainPerClass"] : ["test", "testPerClass"];
    const bound = asked[split].every((n) => n === asked[split][0])
      ? `choose at most ${grouped(least(there[split]))}, or leave it empty for all`
      : "choose fewer, or a smaller imbalance ratio";
    return [
      {
        path: [...path, key],
        message: `${grouped(wanted)} ${set} samples of class ${classLabel(there.names, short)} are requested, but ${titleOf(dataset)} has ${grouped(has)}: ${bound}.`,
      },
    ];
  });
}

/** A data set without its numbers of samples. */
export const titleOf = (dataset: DatasetConfig) =>
  datasetLabel({ ...dataset, trainPerClass: null, testPerClass: null } as DatasetConfig);

/** A batch above the training set. */
export function batchFindings(config: ExperimentConfig, { datasets }: ValidParts, found: LaunchFindings): void {
  const { success, data: batch } = trainingConfig.shape.batch.safeParse(config.training?.batch);
  if (!success || batch === "full") return;
  for (const { value, sizes } of datasets)
    if (batch > sizes.train && sizes.known)
      found.problems.push({
        path: ["training", "batch"],
        message: `A batch of ${grouped(batch)} is above the ${grouped(sizes.train)} training samples of ${datasetLabel(value)}: choose at most ${grouped(sizes.train)}, or the full batch.`,
      });
}
