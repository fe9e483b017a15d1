import { Failure } from "../../../contract/failure.ts";
import { countValues, type StoredArray } from "../formats/storedArray.ts";
import { counted } from "../formats/unreadable.ts";
import { featureLimits } from "./featureLimits.ts";

/** @throws Failure INVALID for labels that are not whole numbers from 0 on */
export async function readLabels(
  array: StoredArray,
  ref: string,
  split: "train" | "test",
): Promise<{ values: Int32Array; classes: number }> {
  const samples = countValues(array.shape);
  const refuse = (what: string) => new Failure("INVALID", `${ref} ${what}.`);
  if (samples === 0) throw refuse("has no labels");
  if (samples > featureLimits.samples)
    throw refuse(`has ${counted(samples)} labels; at most ${counted(featureLimits.samples)} samples are measured`);
  const values = new Int32Array(samples);
  let [at, classes, least] = [0, 0, Number.POSITIVE_INFINITY];
  for await (const chunk of array.chunks(1))
    for (const label of chunk) {
      if (!Number.isInteger(label) || label < 0 || label > 1e9)
        throw refuse(
          `has ${label} as the label of sample ${counted(at)}; whole numbers from 0 on were expected${label === -1 ? " (leave samples without a label out)" : ""}`,
        );
      values[at++] = label;
      if (label >= classes) classes = label + 1;
      if (label < least) least = label;
    }
  if (split === "train" && least > 0 && new Set(values).size === classes - least)
    throw refuse(
      `has labels from ${counted(least)} to ${counted(classes - 1)}: classes count from 0, subtract ${counted(least)}`,
    );
  return { values, classes };
}
