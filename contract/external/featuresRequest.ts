import { z } from "zod";
import { externalLimits } from "./externalLimits.ts";

/** A file of features for a run: POST /api/v1/external/runs/{id}/features?name=epoch_12.npz */

const arrayNames = z
  .string()
  .max(4_000)
  .transform((text) => text.split(",").filter((name) => name !== ""));
const arrayName = z.string().min(1).max(400);
const wholeNumber = (what: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `${what} must be a whole number`)
    .transform(Number)
    .pipe(z.number().min(least).max(most, `${what} must be at most ${most}`));

export const featuresQuery = z.object({
  name: z
    .string()
    .min(1)
    .max(500)
    .describe("Name of the file: its ending says how it is read, and a step in it (epoch_12, ep12, step=400) is its step."),
  step: wholeNumber("step", 0, externalLimits.step).optional().describe("Of features without a step in their names."),
  split: z.enum(["train", "test"]).optional().describe("Of arrays without one in their names; else train."),
  features: arrayNames.optional().describe("Arrays that are layers' features [N, d], first to last, with a comma between them."),
  labels: arrayName.optional().describe("The array of the labels [N]."),
  weights: arrayName.optional().describe("The array of the classifier W, [K, d] or [d, K]."),
  bias: arrayName.optional().describe("The array of its bias [K]."),
  labelColumn: z
    .string()
    .max(1_000)
    .optional()
    .describe("Of .csv: the labels' column; else that which is called a label, or the last."),
  seq: wholeNumber("seq", 1, 2_000_000_000)
    .optional()
    .describe(
      "Number of the first measurement among the attempt's events, for a program that numbers its files with them; absent: none, and the program's own numbers continue.",
    ),
});
export type FeaturesQuery = z.output<typeof featuresQuery>;

export const measuredFeatures = z.object({
  /** Number of the last stored event that its program numbered; 0: none. */
  storedThrough: z.int(),
  measured: z.array(
    z.object({
      step: z.int(),
      split: z.enum(["train", "test"]),
      /** N */
      samples: z.int(),
      layers: z.array(z.object({ name: z.string(), dim: z.int() })),
      /** The arrays that were taken for labels and classifier. */
      labels: z.string(),
      classifier: z.string().nullable(),
    }),
  ),
  /** What was taken for what where names did not say it, and what could not be measured. */
  warnings: z.array(z.string()),
});
export type MeasuredFeatures = z.infer<typeof measuredFeatures>;
