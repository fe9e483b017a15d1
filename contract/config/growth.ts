import { z } from "zod";
import { type Architecture, architectureName } from "./architecture.ts";
import { normalizesHead, type Regularizer } from "./regularizer.ts";

/**
 * How a run begins where it does not begin from random first values (absent): grown from the finished run of the next shallower depth of
 * its line, which is the same in everything else. The shallowest depth of a line begins from random values.
 * - identity: new blocks that change nothing (see workers/models/growth/identityBlock.ts)
 * - split: trained blocks become several, each with an equal part of the branch. That changes what the network computes, so what it keeps
 *   at least is the state with identity blocks.
 */
export const growthConfig = z.strictObject({
  blocks: z.enum(["identity", "split"]).default("identity"),
  /** Bias ε of new one-layer blocks; the random matrices of new two-layer blocks and of separate attention have deviation ε·√(1/fan-in). */
  epsilon: z
    .number()
    .gt(0, "ε must be above 0: with 0 a new block's gradient is dead")
    .max(1, "ε must be at most 1")
    .default(0.1),
});
export type GrowthConfig = z.infer<typeof growthConfig>;

/** Those whose blocks have an identity form. */
const growing: readonly Architecture[] = ["rn1", "rn2", "t11", "t12", "t21", "t22", "conv"];

/** Why runs of this network cannot grow, with the way out; null if they can. */
export function growthProblem(name: Architecture, regularizer: Pick<Regularizer, "family">): string | null {
  if (name === "ufm") return "free features (UFM) have no depth to grow by: choose a network, or random starts";
  if (!growing.includes(name))
    return `there is no identity block of ${architectureName(name)} networks: choose RN1, RN2, T11 … T22 or Conv, or random starts`;
  if (!normalizesHead(regularizer as Regularizer))
    return "ridge on features turns the last LayerNorm off, and without it a new block is no identity: choose another regularizer, or random starts";
  return null;
}
