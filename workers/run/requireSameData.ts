import type { RunConfig } from "../../contract/config/runConfig.ts";
import { type DatasetConfig, datasetTitle } from "../../contract/data/datasetConfig.ts";
import type { ResolvedDataset } from "../../contract/data/resolvedDataset.ts";
import { Failure } from "../../contract/failure.ts";
import type { Assignment } from "../../contract/wire/workerProtocol.ts";
import type { Checkpoint, TrainedData } from "../checkpoints/checkpointFile.ts";

export const trainedData = ({ hash, classes, inputDimension, input, trainCounts, testCounts }: ResolvedDataset): TrainedData => ({
  ...{ hash, classes, inputDimension, trainCounts, testCounts },
  ...(input && { input }),
});

/**
 * Sees to it that an attempt resumes, or begins again, on the data on which the run has trained: those that its checkpoint names, else
 * those of the last attempt that started.
 * @returns a warning where nothing says what the checkpoint was trained on; else null
 * @throws Failure DATASET_CHANGED with both hashes
 */
export function requireSameData(
  config: DatasetConfig,
  found: ResolvedDataset,
  checkpoint: Pick<Checkpoint, "step" | "data"> | null,
  trainedOn: Assignment["trainedOn"],
): string | null {
  const name = datasetTitle(config);
  const before = checkpoint?.data;
  const hash = before?.hash ?? trainedOn?.hash;
  if (hash === undefined)
    return checkpoint
      ? `The checkpoint of step ${checkpoint.step} was written by a version that recorded no hash of its data: whether "${name}" is still what it was trained on cannot be checked.`
      : null;
  const since = checkpoint ? `up to step ${checkpoint.step}` : `in attempt ${trainedOn?.attempt}`;
  const wayOut = `Put the previous data back and choose "Run again", or choose "Start again from step 0" to train on the data as they are now.`;
  if (hash !== found.hash)
    throw new Failure(
      "DATASET_CHANGED",
      `The data set "${name}" is not the one this run was trained on ${since}: its sha256 was ${hash} and is ${found.hash} now (${found.source}). ${wayOut}`,
    );
  const [was, is] = [before && shapeText(before), shapeText(found)];
  if (was !== undefined && was !== is)
    throw new Failure(
      "DATASET_CHANGED",
      `The data set "${name}" has the sha256 ${found.hash} as before, but is read differently than by the version that trained this run ${since}: ${was} then, ${is} now. Resume with that version, or choose "Start again from step 0".`,
    );
  return null;
}

/**
 * The same of the second set that a run is measured on: its series are of one set from the first step to the last.
 * @throws Failure DATASET_CHANGED with both hashes
 */
export function requireSameOther(
  { other }: Pick<RunConfig, "other">,
  found: ResolvedDataset,
  checkpoint: Pick<Checkpoint, "step" | "other"> | null,
): void {
  const hash = checkpoint?.other;
  if (!other || !checkpoint || hash === undefined || hash === found.hash) return;
  throw new Failure(
    "DATASET_CHANGED",
    `The second data set "${datasetTitle(other.dataset)}" is not the one this run was measured on up to step ${checkpoint.step}: its sha256 was ${hash} and is ${found.hash} now (${found.source}). Put the previous data back and choose "Run again", or choose "Start again from step 0".`,
  );
}

function shapeText({ classes, inputDimension, input, trainCounts, testCounts }: TrainedData): string {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const parts = [`K = ${classes}`, `${sum(trainCounts)} training and ${sum(testCounts)} test samples`];
  if (input?.kind === "text") parts.push(`texts of ${input.length} tokens from ${input.vocabulary} words`);
  else if (input?.kind === "tokens") parts.push(`${input.length} of ${input.vocabulary} tokens per sample`);
  else if (input?.kind === "image") parts.push(`pictures of ${input.channels} × ${input.height} × ${input.width}`);
  else parts.push(`${inputDimension} numbers per sample`);
  return parts.join(", ");
}
