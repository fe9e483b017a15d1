import { boundClassNames } from "../../contract/data/classNames.ts";
import type { InputShape } from "../../contract/data/datasetConfig.ts";
import { boundWarnings } from "../../contract/data/datasetWarnings.ts";
import type { ResolvedDataset } from "../../contract/data/resolvedDataset.ts";

/** Samples as the models read them. */
export interface SampleSet {
  count: number;
  /** [count, dimension] row-major; text: word numbers. */
  inputs: Float32Array;
  /** Class of each sample, 0 … K − 1. */
  labels: Uint16Array;
}

export interface Dataset {
  /** Where it came from, its hash and its sizes: stored with the run. */
  resolved: ResolvedDataset;
  classes: number;
  /** Numbers a sample. */
  dimension: number;
  /** How they lie. */
  input: InputShape;
  /** How pictures were standardized: x = (pixel/255 − mean)/deviation; null for other inputs. */
  pixel: { mean: number; deviation: number } | null;
  /** Number of each word known; of text alone. */
  vocabulary?: ReadonlyMap<string, number>;
  train: SampleSet;
  test: SampleSet;
  /** What was done to the bytes, for the log. */
  preparation: string;
}

/** Samples of each class [K]. */
export function countClasses(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}

/** Whether every class has the same number of samples: the closed-form optima hold only then. */
export const isBalanced = (counts: readonly number[]): boolean => counts.every((count) => count === counts[0]);

/** What a resolved set reports about its classes and what was skipped, in the form for the wire. */
export const namesAndWarnings = (about: {
  classNames: readonly string[];
  warnings: readonly string[];
}): Pick<ResolvedDataset, "classNames" | "warnings"> => ({
  classNames: boundClassNames(about.classNames),
  ...(about.warnings.length > 0 && { warnings: boundWarnings(about.warnings) }),
});
