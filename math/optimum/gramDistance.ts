import { centredMeans } from "../collapse/centredMeans.ts";
import type { ClassStatistics } from "../collapse/classStatistics.ts";
import { assertSameShape } from "../collapse/nc3.ts";
import type { Matrix } from "../linear/matrix.ts";
import { centreRows, combine, frobeniusNorm, gramOfRows, matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import type { Optimum } from "./optimum.ts";

/**
 * The Gram matrix [2K, 2K] of the stacked rows [W/‖W‖_F; M/‖M‖_F]: classifier first, then centred class means.
 * @param weights classifier rows [K, d]
 * @param means centred class means [K, d]
 * @throws {MathError} if the shapes differ or a block is zero
 */
export function stackedGram(weights: Matrix, means: Matrix): Matrix {
  if (weights.rows !== means.rows || weights.cols !== means.cols) {
    throw new MathError(`classifier ${weights.rows} x ${weights.cols} and means ${means.rows} x ${means.cols} differ in shape`);
  }
  const norms = [frobeniusNorm(weights), frobeniusNorm(means)];
  if (!(norms[0] > 0 && norms[1] > 0))
    throw new MathError(`norms ${norms[0]} of the classifier and ${norms[1]} of the means must be above 0`);
  const stacked = matrix(2 * weights.rows, weights.cols);
  weights.data.forEach((value, i) => {
    stacked.data[i] = value / norms[0];
  });
  means.data.forEach((value, i) => {
    stacked.data[weights.data.length + i] = value / norms[1];
  });
  return gramOfRows(stacked);
}

/**
 * The normalized Gram distance ‖G/‖G‖_F − G₀/‖G₀‖_F‖_F of the stacked [W/‖W‖; M/‖M‖], G₀ that of an optimum;
 * range [0, √2], ideal 0. Needs no rotation; blind to scale and to within-class spread.
 * @param weights classifier rows [K, d]
 * @throws {MathError} if sizes do not fit, a class is empty, the class means coincide, or W or the optimum is zero
 * Source: derived; compare the kernel alignment of Cristianini et al. (2001), NeurIPS.
 */
export function gramDistance(statistics: ClassStatistics, weights: Matrix, optimum: Optimum): number {
  assertSameShape(statistics, weights);
  if (optimum.weights.rows !== weights.rows)
    throw new MathError(`optimum of ${optimum.weights.rows} classes does not fit ${weights.rows}`);
  const gram = stackedGram(weights, centredMeans(statistics));
  const { gram: ideal, norm } = idealGramOf(optimum);
  return frobeniusNorm(combine(1 / frobeniusNorm(gram), gram, -1 / norm, ideal));
}

/** Of each optimum once: with many classes it takes as long as the measured one, and a run has one optimum. */
const idealGrams = new WeakMap<Optimum, { gram: Matrix; norm: number }>();

function idealGramOf(optimum: Optimum) {
  const known = idealGrams.get(optimum);
  if (known) return known;
  const gram = stackedGram(optimum.weights, centreRows(optimum.features));
  const made = { gram, norm: frobeniusNorm(gram) };
  idealGrams.set(optimum, made);
  return made;
}
