import { z } from "zod";
import { gamma, smoothing } from "../config/loss.ts";

const decay = z.number().min(0, "a decay must be at least 0").max(1e6, "a decay must be at most 1e6");

/**
 * What a run minimizes: fit + (λ/2)‖W‖² + … , as far as its optimum with free last features follows from it. The decay must be part of
 * the gradient (coupled): that of AdamW minimizes no such objective, so leave the objective out there.
 */
export const externalObjective = z
  .strictObject({
    /** ce: mean cross entropy; mse: 1/(2N)‖WH − Y‖²; focal: mean of (1 − p)^γ (−log p). */
    loss: z.enum(["ce", "mse", "focal"]),
    /** ε of cross entropy with the target (1 − ε) e_y + ε/K; absent = 0. */
    smoothing: smoothing.optional(),
    /** γ of the focal loss; absent = 2. */
    gamma: gamma.optional(),
    /**
     * layernorm: a LayerNorm without affine part stands before the head; normalized: logits are τ⟨h/‖h‖, w⟩; ridge: (λ_H/2)‖H‖² over all N
     * samples is part of the loss.
     */
    features: z.enum(["layernorm", "normalized", "ridge"]),
    /** τ; with features "normalized" only. */
    temperature: z.number().gt(0, "a temperature must be above 0").max(1e4, "a temperature must be at most 10000").optional(),
    /** The head's rows: trained, or w/‖w‖ in the logits, or a fixed simplex of unit rows; absent = trained. */
    rows: z.enum(["trained", "unit", "simplex"]).optional(),
    /** λ of (λ/2)‖W‖² of the head; absent where its rows cannot grow. */
    weightDecay: decay.optional(),
    /** λ_H; with features "ridge" only. */
    featureDecay: decay.optional(),
    /** λ of the other penalized weights, for the representation's part of the gap. */
    hiddenDecay: decay.optional(),
    /** The head's bias: none, or not penalized, or with (λ_b/2)‖b‖². */
    bias: z.enum(["none", "free", "penalized"]).default("none"),
    biasDecay: decay.optional(),
  })
  .superRefine((objective, context) => {
    for (const [path, message] of complaints(objective)) context.addIssue({ code: "custom", path: [path], message });
  });
export type ExternalObjective = z.infer<typeof externalObjective>;

function* complaints(objective: Omit<ExternalObjective, never>): Generator<[path: string, message: string]> {
  const { loss, features, rows = "trained", bias } = objective;
  const has = (key: keyof ExternalObjective) => objective[key] !== undefined;
  if (has("smoothing") && loss !== "ce")
    yield ["smoothing", `smoothed labels are for cross entropy: leave smoothing out with "${loss}"`];
  if (has("gamma") && loss !== "focal") yield ["gamma", `γ is of the focal loss: leave gamma out with "${loss}"`];
  if (features === "ridge" && !has("featureDecay")) yield ["featureDecay", "features with a ridge need featureDecay"];
  if (features === "layernorm" && has("featureDecay"))
    yield ["featureDecay", "features after a LayerNorm have no ridge: leave featureDecay out"];
  if (features === "normalized" && has("featureDecay"))
    yield ["featureDecay", "normalized features have no ridge, as no logit depends on how long they are: leave featureDecay out"];
  if (features === "normalized" && !has("temperature"))
    yield ["temperature", "normalized features need the temperature τ that their products are multiplied by: 1 if there is none"];
  if (features !== "normalized" && has("temperature"))
    yield ["temperature", 'a temperature is of features that are "normalized": choose these, or leave it out'];
  if (rows === "trained" && !has("weightDecay")) yield ["weightDecay", "a trained head needs weightDecay, 0 if it has none"];
  if (rows !== "trained" && objective.weightDecay)
    yield [
      "weightDecay",
      `the rows of a head that are "${rows}" cannot grow, so a decay on them is a constant: leave weightDecay out`,
    ];
  if (rows !== "trained" && bias !== "none") yield ["bias", `the optimum of rows that are "${rows}" is known without a bias`];
  if (rows === "unit" && features === "ridge")
    yield ["rows", "unit rows beside a ridge on the features have no known optimum: leave the objective out"];
  if (bias === "penalized" && features !== "ridge")
    yield ["bias", 'where features are normalized the optimum is known for a bias that is "none" or "free"'];
  if (bias === "penalized" && !has("biasDecay")) yield ["biasDecay", "a penalized bias needs biasDecay"];
  if (bias !== "penalized" && has("biasDecay")) yield ["biasDecay", 'biasDecay needs bias "penalized"'];
}

/** Whether the head's rows can grow. */
export const hasTrainedRows = ({ rows = "trained" }: Pick<ExternalObjective, "rows">): boolean => rows === "trained";

/** What says how fit and logits come from features and a head. */
export type ExternalFit = Pick<ExternalObjective, "loss" | "smoothing" | "gamma" | "temperature" | "rows"> &
  Partial<Pick<ExternalObjective, "features">>;

/** γ of the focal loss. */
export const gammaOf = ({ loss, gamma: given }: Pick<ExternalObjective, "loss" | "gamma">): number | undefined =>
  loss === "focal" ? (given ?? 2) : undefined;
