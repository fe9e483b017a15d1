import type { Matrix } from "../linear/matrix.ts";
import { assertFinite } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { globalMean } from "./centredMeans.ts";
import { normsOfMeans, normsOfRows } from "./classLists.ts";
import type { ClassStatistics } from "./classStatistics.ts";
import { assertSameShape } from "./nc3.ts";

/**
 * nc0.sum = ‖Σ_k w_k‖ and nc0.square = (1/K)‖Wᵀ1‖² = nc0.sum²/K; range [0, ∞), ideal 0.
 * @param weights classifier rows [K, d]
 * @throws {MathError} if W is not finite
 * Source: arXiv 2602.16642, whose text has the square and whose code has the norm.
 */
export function nc0(weights: Matrix): { sum: number; square: number } {
  assertFinite("classifier", weights);
  let squared = 0;
  for (let j = 0; j < weights.cols; j++) {
    let column = 0;
    for (let k = 0; k < weights.rows; k++) column += weights.data[k * weights.cols + j];
    squared += column * column;
  }
  return { sum: Math.sqrt(squared), square: squared / weights.rows };
}

/** norms.centre = ‖μ_G‖; range [0, ∞). @throws {MathError} if K < 2 or a class is empty */
export const normOfCentre = (statistics: ClassStatistics): number =>
  Math.sqrt(globalMean(statistics).reduce((sum, value) => sum + value * value, 0));

/** norms.means = (1/K) Σ_k ‖μ_k − μ_G‖; range [0, ∞). @throws {MathError} if K < 2 or a class is empty */
export const meanNormOfMeans = (statistics: ClassStatistics): number => mean(normsOfMeans(statistics));

/** norms.weights = (1/K) Σ_k ‖w_k‖; range [0, ∞). @throws {MathError} if the classifier does not fit the statistics */
export const meanNormOfRows = (statistics: ClassStatistics, weights: Matrix): number => mean(normsOfRows(statistics, weights));

/**
 * bias.mean = ‖W μ_G + b‖, the logits of the mean feature; range [0, ∞). Their entries are equal at collapse, and 0 without a bias or with
 * ridge on it.
 * @param bias b [K]; null = none
 * @throws {MathError} if sizes do not fit, a class is empty or a number is not finite
 * Source: Zhu et al. (2021), NeurIPS, "A geometric analysis of neural collapse", figures of ‖W h_G + b‖.
 */
export function biasOfMean(statistics: ClassStatistics, weights: Matrix, bias: ArrayLike<number> | null): number {
  assertSameShape(statistics, weights);
  if (bias && bias.length !== weights.rows) throw new MathError(`${bias.length} biases do not fit ${weights.rows} classes`);
  const centre = globalMean(statistics);
  let squared = 0;
  for (let k = 0; k < weights.rows; k++) {
    let logit = bias ? bias[k] : 0;
    for (let j = 0; j < weights.cols; j++) logit += weights.data[k * weights.cols + j] * centre[j];
    squared += logit * logit;
  }
  if (!Number.isFinite(squared)) throw new MathError("a number of the bias is not finite");
  return Math.sqrt(squared);
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
