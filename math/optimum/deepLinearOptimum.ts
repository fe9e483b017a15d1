import { identity, matrix, scale } from "../linear/matrix.ts";
import { assertAtLeast, assertInteger } from "../MathError.ts";
import { makeOptimum, type Optimum } from "./optimum.ts";
import { isBalanced, totalCount } from "./unconstrainedObjective.ts";
import type { NoOptimum } from "./unconstrainedOptimum.ts";

/** The deep unconstrained-features objective of squared error: L matrices above free features H, each with a ridge of its own. */
export interface DeepSquaredError {
  /** Samples of each class [K]. */
  counts: readonly number[];
  /** The least width of a layer. */
  dim: number;
  /** λ_1 … λ_L, the head's last. */
  decays: readonly number[];
  /** λ_H of (λ_H/2)‖H‖², the sum over all N samples. */
  featureDecay: number;
  bias: "none" | "free";
}

/**
 * The singular value σ ≥ 0 of the product at which (σ − t)²/(2N) + (M/2) c σ^{2/M} is least, range [0, t]. For M > 2 factors the cost
 * falls from σ = 0 at an infinite slope before it rises: the one other local minimum is right of the point of inflection, and is taken
 * only where it is below the value at 0.
 * @param target t, the singular value of the labels @param cost c, the geometric mean of the decays @param factors M ≥ 2
 */
export function deepSingularValue(target: number, samples: number, cost: number, factors: number): number {
  const power = 2 / factors - 1; // of σ in the slope
  const slope = (sigma: number) => (sigma - target) / samples + cost * sigma ** power;
  if (factors === 2) return Math.max(0, target - cost * samples);
  let low = (-power * cost * samples) ** (1 / (1 - power)); // the inflection
  let high = target;
  if (!(low < high) || slope(low) >= 0) return 0;
  for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return deepCost(high, target, samples, cost, factors) < deepCost(0, target, samples, cost, factors) ? high : 0;
}

/** (σ − t)²/(2N) + (M/2) c σ^{2/M} */
const deepCost = (sigma: number, target: number, samples: number, cost: number, factors: number): number =>
  (sigma - target) ** 2 / (2 * samples) + (factors / 2) * cost * sigma ** (2 / factors);

/**
 * The optimum of 1/(2N)‖W_L ⋯ W_1 H + b1ᵀ − Y‖² + Σ λ_l/2 ‖W_l‖² + λ_H/2 ‖H‖² over free features, all widths at least K, in closed form
 * up to one root. With M = L + 1 factors and c = (λ_1 ⋯ λ_L λ_H)^{1/M}, a product of singular values σ_j costs Σ (M/2) c σ_j^{2/M}, and no
 * product comes nearer to Y than one of its singular vectors, so that each class stands alone:
 * L* = Σ_k min over σ ≥ 0 of [(σ − √n_k)²/(2N) + (M/2) c σ^{2/M}]. A free bias of equal classes takes their mean: K − 1 terms, the
 * simplex. It is also the value of deep neural collapse under ReLU, where class means are orthogonal and nowhere negative; a network of
 * ReLU layers may reach less by a matrix of class means of lower rank.
 * @returns "none" with the reason without a decay, with too few dimensions, or with a bias and unequal classes
 * @throws {MathError} if K < 2, a class is empty, there is no layer, or a decay is negative or not finite
 * Source: derived; for the form see Súkeník, Mondelli, Lampert (2023), arXiv 2305.13165, and Dang et al. (2023), arXiv 2301.00437.
 */
export function deepLinearOptimum({ counts, dim, decays, featureDecay, bias }: DeepSquaredError): Optimum | NoOptimum {
  assertInteger("classes", counts.length, 2);
  counts.forEach((count, k) => {
    assertInteger(`count of class ${k}`, count, 1);
  });
  assertInteger("dim", dim, 1);
  assertInteger("layers", decays.length, 1);
  const all = [...decays, featureDecay];
  for (const decay of all) assertAtLeast("decay", decay, 0);
  const classes = counts.length;
  const rank = bias === "free" ? classes - 1 : classes;
  if (all.includes(0)) return none("A layer without ridge takes all scale from the others: the infimum is not attained.");
  if (bias === "free" && !isBalanced(counts))
    return none("With a bias and unequal classes the optimum of a deep network is not known.");
  if (dim < rank) return none(`dim = ${dim} is below ${rank}, which ${classes} classes need`);
  const factors = all.length;
  const samples = totalCount(counts);
  // By logarithms: the product of sixty small decays is below float64's range.
  const cost = Math.exp(all.reduce((sum, decay) => sum + Math.log(decay), 0) / factors);
  const sigmas = counts.map((count) => deepSingularValue(Math.sqrt(count), samples, cost, factors));
  const share = rank / classes; // of K equal singular values, those that a bias leaves
  const fit = (share * sigmas.reduce((sum, sigma, k) => sum + (sigma - Math.sqrt(counts[k])) ** 2, 0)) / (2 * samples);
  const ridge = share * (factors / 2) * cost * sigmas.reduce((sum, sigma) => sum + sigma ** (2 / factors), 0);
  const head = decays[decays.length - 1];
  const rows = sigmas.map((sigma) => Math.sqrt((cost / head) * sigma ** (2 / factors)));
  const frame = bias === "free" ? scale(1, centring(classes)) : identity(classes);
  const weights = matrix(classes, classes, frame.data.slice());
  const features = matrix(classes, classes, frame.data.slice());
  for (let k = 0; k < classes; k++)
    for (let j = 0; j < classes; j++) {
      weights.data[k * classes + j] *= rows[k];
      features.data[k * classes + j] *= rows[k] === 0 ? 0 : sigmas[k] / (rows[k] * Math.sqrt(counts[k]));
    }
  const isZero = sigmas.every((sigma) => sigma === 0);
  return makeOptimum({
    method: "closed-form",
    fit,
    ridge,
    geometry: isZero ? "zero" : !isBalanced(counts) ? "unequal" : bias === "free" ? "simplex" : "orthogonal",
    counts,
    weights,
    features,
    bias: bias === "free" ? new Float64Array(classes).fill(1 / classes) : new Float64Array(classes),
    zeroMean: false,
  });
}

const none = (reason: string): NoOptimum => ({ method: "none", reason });

/** I − 11ᵀ/K */
function centring(classes: number) {
  const frame = identity(classes);
  for (let i = 0; i < frame.data.length; i++) frame.data[i] -= 1 / classes;
  return frame;
}
