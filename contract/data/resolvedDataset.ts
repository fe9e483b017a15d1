import { z } from "zod";
import { limits } from "../limits.ts";
import { wireText } from "../wireText.ts";
import { classNames } from "./classNames.ts";
import { datasetIds, inputShape } from "./datasetConfig.ts";
import { datasetWarnings } from "./datasetWarnings.ts";

/** The data that an attempt trains on, as its worker found them. */
export const resolvedDataset = z.strictObject({
  id: z.enum(datasetIds),
  /** Where the bytes came from: "generated", "embedded", "folder", "cache", "system" or "mirror", with the place. */
  source: wireText(500),
  /** sha256 over the decompressed bytes used, hex. */
  hash: z
    .string()
    .regex(/^[0-9a-z:-]*$/i)
    .max(128),
  classes: z.int(),
  /** Numbers a sample. */
  inputDimension: z.int(),
  /** How they lie; absent in old recordings. */
  input: inputShape.optional(),
  trainCounts: z.array(z.int()).max(limits.classes.max),
  testCounts: z.array(z.int()).max(limits.classes.max),
  /** What the classes are called, in their order; absent where nobody named them, and in old recordings. */
  classNames: classNames.optional(),
  /** What was passed over, or looks like a mistake; absent where there is nothing to say, and in old recordings. */
  warnings: datasetWarnings.optional(),
});
export type ResolvedDataset = z.infer<typeof resolvedDataset>;
