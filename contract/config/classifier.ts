import { z } from "zod";

/**
 * What reads the last features H [d, N]; absent = one linear layer, logits W H.
 * linear: several linear layers without a nonlinearity, logits W_m … W_1 H, all of them penalized like W. What metrics and distances
 * call W is their product.
 * normalized: logits τ ⟨h/‖h‖, w⟩, or τ ⟨h/‖h‖, w/‖w‖⟩ with unit rows, which then have no ridge.
 * fixed-simplex: W is never trained; its rows are unit vectors of cosine −1/(K−1), turned at random by the run's seed.
 */
export const classifierConfig = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("linear"),
    layers: z
      .int("a classifier's layers must be a whole number")
      .min(1, "a classifier needs at least 1 layer")
      .max(8, "at most 8 layers of a classifier")
      .default(1),
  }),
  z.strictObject({
    name: z.literal("normalized"),
    temperature: z
      .number()
      .gt(0, "the temperature τ must be above 0")
      .max(1e4, "the temperature τ must be at most 10000")
      .default(10),
    unitRows: z.boolean().default(false),
  }),
  z.strictObject({ name: z.literal("fixed-simplex") }),
]);
export type ClassifierConfig = z.infer<typeof classifierConfig>;

interface WithClassifier {
  classifier?: ClassifierConfig;
  loss: string;
}

/** An axis' value as the field of a run: one linear layer is what is meant where nothing is said. */
export const classifierOfRun = (entry: ClassifierConfig | undefined): { classifier?: ClassifierConfig } =>
  entry === undefined || (entry.name === "linear" && entry.layers === 1) ? {} : { classifier: entry };

/** A run's classifier: dot regression has the fixed simplex, whatever the grid lists and without saying so. */
export const classifierIn = ({ classifier, loss }: WithClassifier): ClassifierConfig | undefined =>
  loss === "dot-regression" ? { name: "fixed-simplex" } : classifier;
/** What of a grid's classifiers a loss is trained with. */
export const classifiersFor = (
  loss: string,
  listed: readonly ClassifierConfig[] | undefined,
): readonly (ClassifierConfig | undefined)[] => (loss === "dot-regression" ? [undefined] : (listed ?? [undefined]));

export const isFixed = (config: WithClassifier): boolean => classifierIn(config)?.name === "fixed-simplex";

/** Whether the rows of the optimal classifier are orthogonal rather than a simplex: squared error, where no bias takes their mean. */
export const hasOrthogonalFrame = (config: WithClassifier & { headBias: boolean }): boolean =>
  config.loss === "mse" && !config.headBias && !isFixed(config);

/** "2 linear layers"; of several values of a grid. */
export function classifierLabel(config: ClassifierConfig | undefined): string {
  switch (config?.name) {
    case "normalized":
      return `normalized, τ ${config.temperature}${config.unitRows ? ", unit rows" : ""}`;
    case "fixed-simplex":
      return "fixed simplex";
    case "linear":
      return config.layers === 1 ? "linear" : `${config.layers} linear layers`;
    default:
      return "linear";
  }
}

/** What the classifier is, and what W means of it. */
export function classifierText(config: ClassifierConfig | undefined): string {
  switch (config?.name) {
    case "normalized":
      return `logits τ⟨h/‖h‖, ${config.unitRows ? "w/‖w‖" : "w"}⟩, τ = ${config.temperature}; features are measured before they are normalized${config.unitRows ? ", and W has the unit rows" : ""}`;
    case "fixed-simplex":
      return "fixed simplex: W has unit rows of cosine −1/(K − 1) and is not trained";
    case "linear":
      if (config.layers > 1) return `${config.layers} linear layers; W is their product`;
      return "one linear layer";
    default:
      return "one linear layer";
  }
}

/** Why a classifier does not go with a regularizer; null if it does. */
export function classifierProblem(config: ClassifierConfig | undefined, family: string): string | null {
  if (config === undefined) return null;
  if (family === "slack" && classifierOfRun(config).classifier && (config.name !== "normalized" || config.unitRows))
    return `slack holds a single trained matrix to a frame, and the classifier is "${classifierLabel(config)}": choose ridge on the weights`;
  if (family === "features" && config.name === "normalized")
    return "a normalized classifier does not see how large features are, so a ridge on them has no minimum: choose ridge on the weights";
  return null;
}
