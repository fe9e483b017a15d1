import { z } from "zod";
import { limits } from "../limits.ts";

export const learningRate = z
  .number()
  .min(limits.learningRate.min, `the learning rate must be at least ${limits.learningRate.min}`)
  .max(limits.learningRate.max, `the learning rate must be at most ${limits.learningRate.max}`);

/**
 * c, the coupled share of the decay: the gradient gets cλθ, and the update subtracts rate·(1 − c)·λθ besides, the rate being that of
 * the schedule at this step. 1 is an L2 penalty, 0 the decoupled decay of AdamW (Loshchilov and Hutter 2019). Absent = 1.
 */
const share = z.number().min(0, "the coupled share must be at least 0").max(1, "the coupled share must be at most 1").optional();
/** Of what an average keeps at each step: with 1 it would never take in anything new. */
const kept = (name: string) => z.number().min(0, `${name} must be at least 0`).lt(1, `${name} must be below 1`);
const momentum = kept("the momentum");
const moments = {
  beta1: kept("β₁").default(0.9),
  beta2: kept("β₂").default(0.999),
  epsilon: z.number().gt(0, "ε must be above 0: it keeps Adam from dividing by 0").max(1, "ε must be at most 1").default(1e-8),
};

const adam = z.strictObject({ name: z.literal("adam"), ...moments, share });
const sgd = z.strictObject({ name: z.literal("sgd"), momentum: momentum.default(0.9), share });
/** v ← μ v + g, θ ← θ − rate · sign(v), where sign(0) = 0 (Bernstein et al. 2018). */
const signum = z.strictObject({ name: z.literal("signum"), momentum: momentum.default(0.9), share });
/**
 * Momentum of the hidden matrices, orthogonalized (Jordan et al. 2024), see workers/training/muon.ts; every other parameter takes Adam's
 * step at a rate of its own, `adamRate`, under the same schedule.
 */
const muon = z.strictObject({
  name: z.literal("muon"),
  momentum: momentum.default(0.95),
  nesterov: z.boolean().default(true),
  adamRate: learningRate.default(0.003),
  ...moments,
  share,
});

export const optimizerConfig = z.discriminatedUnion("name", [adam, sgd, signum, muon]);
export type OptimizerConfig = z.infer<typeof optimizerConfig>;
export const optimizerNames: readonly OptimizerConfig["name"][] = ["adam", "sgd", "signum", "muon"];

/** Good rates differ from optimizer to optimizer. Absent = the training's. */
const ownRate = { learningRate: learningRate.optional() };
/** A value of a grid's axis of optimizers. */
export const optimizerEntry = z.discriminatedUnion("name", [
  adam.extend(ownRate),
  sgd.extend(ownRate),
  signum.extend(ownRate),
  muon.extend(ownRate),
]);
export type OptimizerEntry = z.infer<typeof optimizerEntry>;

export const coupledShare = ({ share = 1 }: Pick<OptimizerConfig, "share">): number => share;
