import { z } from "zod";
import { limits } from "./limits.ts";

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
});

const noRegularizer = z.strictObject({ family: z.literal("none") });

/** Control: decoupled decay optimizes something else than the theory's objective, so it has no L*. */
const adamwRegularizer = z.strictObject({ family: z.literal("adamw"), lambda: lambda.default(0.005) });

export const regularizer = z.discriminatedUnion("family", [weightsRegularizer, noRegularizer, adamwRegularizer]);
export type Regularizer = z.infer<typeof regularizer>;

/** Ridge strengths in effect at a depth: of the head W_L, and of every other penalized matrix. */
export function effectiveRidge(config: Regularizer, depth: number): { head: number; hidden: number } {
  if (config.family !== "weights") return { head: 0, hidden: 0 };
  const hidden = config.scaling === "inverse-depth" ? config.lambda / depth : config.lambda;
  return { head: config.objective === "split" ? config.headLambda : hidden, hidden };
}

export function regularizerLabel(config: Regularizer): string {
  if (config.family === "none") return "no decay";
  if (config.family === "adamw") return `AdamW λ=${config.lambda} (control)`;
  const scaled = config.scaling === "inverse-depth" ? `λ=${config.lambda}/L` : `λ=${config.lambda}`;
  return config.objective === "split" ? `${scaled}, head λ=${config.headLambda}` : scaled;
}
