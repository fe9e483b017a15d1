import { z } from "zod";

const decay = z.number().min(0, "a decay must be at least 0").max(1e6, "a decay must be at most 1e6");

/**
 * What a run minimizes: fit + (λ/2)‖W‖² + … , as far as its optimum with free last features follows from it. The decay must be part of
 * the gradient (coupled): that of AdamW minimizes no such objective, so leave the objective out there.
 */
export const externalObjective = z
  .strictObject({
    /** ce: mean cross entropy; mse: 1/(2N)‖WH − Y‖². */
    loss: z.enum(["ce", "mse"]),
    /** layernorm: a LayerNorm without affine part stands before the head; ridge: (λ_H/2)‖H‖² over all N samples is part of the loss. */
    features: z.enum(["layernorm", "ridge"]),
    /** λ of (λ/2)‖W‖² of the head. */
    weightDecay: decay,
    /** λ_H; with features "ridge" only. */
    featureDecay: decay.optional(),
    /** λ of the other penalized weights, for the representation's part of the gap. */
    hiddenDecay: decay.optional(),
    /** The head's bias: none, or not penalized, or with (λ_b/2)‖b‖². */
    bias: z.enum(["none", "free", "penalized"]).default("none"),
    biasDecay: decay.optional(),
  })
  .superRefine(({ features, featureDecay, bias, biasDecay }, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (features === "ridge" && featureDecay === undefined) complain("featureDecay", "features with a ridge need featureDecay");
    if (features === "layernorm" && featureDecay !== undefined)
      complain("featureDecay", "features after a LayerNorm have no ridge: leave featureDecay out");
    if (bias === "penalized" && features === "layernorm")
      complain("bias", 'after a LayerNorm the optimum is known for a bias that is "none" or "free"');
    if (bias === "penalized" && biasDecay === undefined) complain("biasDecay", "a penalized bias needs biasDecay");
    if (bias !== "penalized" && biasDecay !== undefined) complain("biasDecay", 'biasDecay needs bias "penalized"');
  });
export type ExternalObjective = z.infer<typeof externalObjective>;
