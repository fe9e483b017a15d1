import { z } from "zod";
import type { Regularizer } from "./regularizer.ts";

/**
 * After the steps of the optimizer: L-BFGS on the objective of the whole training set, until ‖∇J‖ is at most `tolerance`, no step lowers J
 * any more in float32, or `iterations` are done. Iterations are steps: they are counted on from the last one.
 */
export const polishConfig = z.strictObject({
  iterations: z.int().min(1, "at least 1 iteration").max(100_000, "at most 100,000 iterations").default(500),
  tolerance: z.number().min(0, "the tolerance must be at least 0").max(1, "the tolerance must be at most 1").default(1e-5),
  /** Whether the smallest eigenvalue of the Hessian is looked for at the end. */
  curvature: z.boolean().default(false),
});
export type PolishConfig = z.infer<typeof polishConfig>;

/** Why a run cannot be polished, with the way out; null if it can. */
export function polishProblem(batch: "full" | number, { family }: Pick<Regularizer, "family">): string | null {
  if (batch !== "full")
    return `polishing follows the gradient of the whole training set, and these runs train on batches of ${batch}: choose the full batch, or no polishing`;
  if (family === "none" || family === "adamw")
    return "without a penalty in the objective the cross entropy has no minimum to polish to: choose a regularizer, or no polishing";
  if (family === "features") return "polishing is not offered with ridge on features: choose ridge on weights, or no polishing";
  return null;
}
