import { cosineGram } from "../frames/cosineGram.ts";
import { centreRows, type Matrix, matrix } from "../linear/matrix.ts";
import { assertAtLeast, assertInteger, MathError } from "../MathError.ts";
import type { Optimum } from "./optimum.ts";
import type { Search } from "./search.ts";

/** Classes of two sizes under a ridge on W and H: t of n samples, m = K − t of r n. */
export interface LayerPeeledModel {
  /** t */
  large: number;
  /** m */
  small: number;
  /** n */
  samples: number;
  weightDecay: number;
  featureDecay: number;
}

/**
 * The ratio r* of class sizes at and below which the vectors of the small classes coincide at the optimum of the layer-peeled model with
 * a ridge on W and on all N features; range (0, 1], 1 where they do at every ratio. In coordinates √n_k h_k both ridges cost √(λ_Wλ_H) for
 * each unit of a singular value of the outputs. What parts the small classes from each other lowers the fit by √n_small/N a unit at the
 * point where they coincide, whatever their other outputs are, so that they part where √(r n)/N > √(λ_Wλ_H): with a = λ_Wλ_H n,
 * r* is the smaller root of r = a (t + m r)². It is the same for cross entropy, and for squared error, where without a bias what
 * coincides is zero.
 * @throws {MathError} if t < 1, m < 2, n < 1, or a decay is not above 0
 * Source: derived; the model and the threshold's existence: Fang, He, Long, Su (2021), PNAS 118(43); for the ridge see Hong, Ling (2023),
 * arXiv 2309.09725.
 */
export function ridgeMinorityThreshold({ large: t, small: m, samples, weightDecay, featureDecay }: LayerPeeledModel): number {
  assertInteger("large classes", t, 1);
  assertInteger("small classes", m, 2);
  assertInteger("samples", samples, 1);
  assertAtLeast("weightDecay", weightDecay, 0, true);
  assertAtLeast("featureDecay", featureDecay, 0, true);
  const a = weightDecay * featureDecay * samples;
  const rest = 1 - 4 * a * t * m;
  if (rest < 0) return 1;
  return Math.min(1, (2 * a * t * t) / (1 - 2 * a * t * m + Math.sqrt(rest)));
}

/** Mean cosine among the small classes at an optimum; null where one of their vectors is zero. */
export interface MinorityCosines {
  /** Of classifier rows w_k. */
  head: number | null;
  /** Of class features, from the mean over the classes. */
  means: number | null;
}

/**
 * Mean cosine between different classes among the last m of an optimum, range [−1, 1]: 1 where their vectors coincide.
 * @param small m ≥ 2 @throws {MathError} if there are not as many classes
 */
export function minorityCosines({ weights, features }: Pick<Optimum, "weights" | "features">, small: number): MinorityCosines {
  assertInteger("small classes", small, 2);
  if (small > weights.rows) throw new MathError(`${small} small classes are more than the ${weights.rows} that there are`);
  return { head: meanCosine(weights, small), means: meanCosine(centreRows(features), small) };
}

function meanCosine(rows: Matrix, last: number): number | null {
  const block = matrix(last, rows.cols, rows.data.slice((rows.rows - last) * rows.cols));
  const largest = rows.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let k = 0; k < last; k++) {
    const row = block.data.subarray(k * rows.cols, (k + 1) * rows.cols);
    if (row.every((value) => Math.abs(value) <= 1e-6 * largest)) return null;
  }
  const gram = cosineGram(block).data;
  let sum = 0;
  for (let k = 0; k < last; k++) for (let l = 0; l < last; l++) if (k !== l) sum += gram[k * last + l];
  return sum / (last * (last - 1));
}

/** A mean cosine that counts as 1: near the threshold the optimum is flat, and found to less. */
export const coinciding = 1 - 1e-4;

/**
 * The same threshold where it has no closed form: the largest ratio in [from, 1] at which the optimum's mean cosine of the small classes'
 * rows is at least `coinciding`, by bisection of its logarithm to 1 %; null where it is not even at `from`.
 * @param cosineAt the cosine at a ratio; null (zero vectors, no optimum) counts as coinciding
 */
export function* findMinorityThreshold(cosineAt: (ratio: number) => number | null, from = 1e-4): Search<number | null> {
  const coincide = (ratio: number) => (cosineAt(ratio) ?? 1) >= coinciding;
  if (coincide(1)) return 1;
  yield;
  if (!coincide(from)) return null;
  let [low, high] = [Math.log(from), 0];
  while (high - low > 0.01) {
    yield;
    const middle = (low + high) / 2;
    if (coincide(Math.exp(middle))) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}
