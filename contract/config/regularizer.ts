import { z } from "zod";
import { limits } from "../limits.ts";

const lambda = z
  .number()
  .min(limits.decay.min, `λ must be at least ${limits.decay.min}`)
  .max(limits.decay.max, `λ must be at most ${limits.decay.max}`);

/**
 * Ridge on the weight matrices; biases and the embedding W_0 are free.
 * `uniform` is objective (7) of Súkeník, Lampert, Mondelli (2025): one λ for every penalized matrix.
 * `split` is objective (11): the head has its own, constant λ_L, all others λ(L).
 * `inverse-depth` scales λ to λ/L (objective (11)'s λ(L) → 0); the split objective's λ_L is never scaled.
 */
const weightsRegularizer = z.strictObject({
  family: z.literal("weights"),
  objective: z.enum(["uniform", "split"]).default("uniform"),
  lambda: lambda.default(0.005),
  scaling: z.enum(["constant", "inverse-depth"]).default("constant"),
  headLambda: lambda.default(0.005),
  /** "all": biases, the embedding and γ, β of BatchNorm too, by the hidden matrices' λ, as most public code has it; absent = matrices alone. */
  decayed: z.literal("all").optional(),
});

/**
 * The classic unconstrained-features objective: (λ_W/2)‖W_L‖² + (λ_H/2)‖H‖² over the last features of all N training samples,
 * with the normalization before the head off; the head's bias, where there is one, costs (λ_b/2)‖b‖². Other weights are free unless
 * `lambdaHidden` is given. Of deep free features H are the features that all layers stand on, and each matrix may have a λ of its own.
 */
const featuresRegularizer = z.strictObject({
  family: z.literal("features"),
  lambdaW: lambda.default(0.005),
  lambdaH: lambda.default(0.00001),
  lambdaB: lambda.default(0),
  /** λ of every other penalized matrix, or, of deep free features, one of each: λ_1 … λ_{L−1}; absent = free. */
  lambdaHidden: z
    .union(
      [
        lambda,
        z
          .array(lambda)
          .min(1, "at least one λ")
          .max(limits.depth.max - 1, `at most ${limits.depth.max - 1} hidden λ, one for each layer of the deepest network`),
      ],
      {
        error: `give one λ of ${limits.decay.min} to ${limits.decay.max} for all hidden matrices, or a list of one for each, at most ${limits.depth.max - 1}`,
      },
    )
    .optional(),
});

/**
 * Slack: fit + (λ/2)‖θ̄‖² + (ρ/2)‖S‖² subject to W_L W_Lᵀ = cF + S with S free and c ≥ 0 free, F the simplex's E = I − 11ᵀ/K or the
 * orthogonal frame's I. ρ = 0 is the plain ridge, ρ → ∞ a hard frame.
 */
const slackRegularizer = z.strictObject({
  family: z.literal("slack"),
  lambda: lambda.default(0.005),
  rho: z.number().min(0, "ρ must be at least 0").max(1e6, "ρ must be at most 1000000").default(0.1),
  frame: z.enum(["simplex", "orthogonal"]).default("simplex"),
});

const noRegularizer = z.strictObject({ family: z.literal("none") });

/** A coupled share of 0 (optimizerConfig.ts) of one constant λ, as earlier studies say it. Decoupled decay optimizes something else: no L*. */
const adamwRegularizer = z.strictObject({ family: z.literal("adamw"), lambda: lambda.default(0.005) });

export const regularizer = z.discriminatedUnion("family", [
  weightsRegularizer,
  featuresRegularizer,
  slackRegularizer,
  noRegularizer,
  adamwRegularizer,
]);
export type Regularizer = z.infer<typeof regularizer>;
/** As they are listed everywhere: the paper's own first, controls last. */
export const regularizerFamilies: readonly Regularizer["family"][] = ["weights", "features", "slack", "adamw", "none"];
export type SlackRegularizer = z.infer<typeof slackRegularizer>;

/**
 * Ridge strengths in effect at a depth: of the head W_L, of every other penalized matrix, of the last features (summed over all
 * training samples), of the head's bias, and of all that is free elsewhere. `layers`: of each hidden matrix, where they have their own; `hidden` is then 0.
 */
export function effectiveRidge(
  config: Regularizer,
  depth: number,
): { head: number; hidden: number; features: number; headBias: number; free: number; layers?: readonly number[] } {
  const none = { head: 0, hidden: 0, features: 0, headBias: 0, free: 0 };
  switch (config.family) {
    case "weights": {
      const hidden = config.scaling === "inverse-depth" ? config.lambda / depth : config.lambda;
      const rest = config.decayed === "all" ? hidden : 0;
      return { ...none, head: config.objective === "split" ? config.headLambda : hidden, hidden, headBias: rest, free: rest };
    }
    case "features":
      return {
        ...{ ...none, head: config.lambdaW, features: config.lambdaH, headBias: config.lambdaB },
        ...(Array.isArray(config.lambdaHidden) ? { layers: config.lambdaHidden } : { hidden: config.lambdaHidden ?? 0 }),
      };
    case "slack":
      return { ...none, head: config.lambda, hidden: config.lambda };
    default:
      return none;
  }
}

/** Of the strengths in effect that of hidden matrix W_l, l = 1 … L − 1, of deep free features. */
export const layerStrength = (
  { hidden, layers }: Pick<ReturnType<typeof effectiveRidge>, "hidden" | "layers">,
  layer: number,
): number => (layers ? (layers[layer - 1] ?? 0) : hidden);

/** λ_1 … λ_L of the layers above free features, the head's last. */
export const layerStrengths = (ridge: ReturnType<typeof effectiveRidge>, depth: number): number[] =>
  Array.from({ length: depth }, (_, at) => (at === depth - 1 ? ridge.head : layerStrength(ridge, at + 1)));

/** Whether the last features are normalized before the head: not where they have a ridge of their own. */
export const normalizesHead = (config: Regularizer): boolean => config.family !== "features";

export function regularizerLabel(config: Regularizer): string {
  switch (config.family) {
    case "none":
      return "no decay";
    case "adamw":
      return `AdamW λ=${config.lambda} (control)`;
    case "features": {
      const bias = config.lambdaB > 0 ? ` λ_b=${config.lambdaB}` : "";
      const hidden = config.lambdaHidden === undefined ? "" : ` λ_l=${[config.lambdaHidden].flat().join(", ")}`;
      return `features λ_W=${config.lambdaW} λ_H=${config.lambdaH}${hidden}${bias}`;
    }
    case "slack":
      return `slack λ=${config.lambda} ρ=${config.rho}${config.frame === "orthogonal" ? " (orthogonal)" : ""}`;
    case "weights": {
      const scaled = config.scaling === "inverse-depth" ? `λ=${config.lambda}/L` : `λ=${config.lambda}`;
      const all = config.decayed === "all" ? " on all parameters" : "";
      return config.objective === "split" ? `${scaled}, head λ=${config.headLambda}${all}` : `${scaled}${all}`;
    }
  }
}
