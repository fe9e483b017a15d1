import { z } from "zod";
import { limits } from "../limits.ts";
import { wireText } from "../wireText.ts";
import { classNames } from "./classNames.ts";
import { datasetIds, inputShape } from "./datasetConfig.ts";
import { datasetWarnings } from "./datasetWarnings.ts";

/** What keeps a function of the inputs from telling the labels, where equal inputs have several. */
export const ambiguity = z.strictObject({
  /** Different training inputs. */
  contexts: z.int().min(0),
  /** Training samples whose input has another label elsewhere in the training set. */
  ambiguous: z.int().min(0),
  /** Mean entropy of the labels given the input in the training set, nats: no cross entropy is below it. */
  entropy: z.number().min(0),
  /** The largest training accuracy. */
  accuracy: z.number().min(0).max(1),
  /** The least squared error ‖z − e_y‖²/2. */
  squaredError: z.number().min(0),
  /** The same entropy by the language's own probabilities, over the test set: what a network that knows it pays on average. */
  language: z.number().min(0),
});
export type Ambiguity = z.infer<typeof ambiguity>;

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
  /** Of a task whose equal inputs have several labels; absent for other sets. */
  ambiguity: ambiguity.optional(),
  /** What was passed over, or looks like a mistake; absent where there is nothing to say, and in old recordings. */
  warnings: datasetWarnings.optional(),
});
export type ResolvedDataset = z.infer<typeof resolvedDataset>;
