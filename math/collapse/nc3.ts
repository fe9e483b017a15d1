import type { Matrix } from "../linear/matrix.ts";
import { assertFinite, combine, frobeniusNorm, rowDot } from "../linear/matrix.ts";
import { assertAtLeast, MathError } from "../MathError.ts";
import { centredMeans } from "./centredMeans.ts";
import type { ClassStatistics } from "./classStatistics.ts";
import type { CosineGaps } from "./cosineGaps.ts";

/**
 * nc3.cosine = 1 − (1/N) Σ_i cos(h_i, w_{y_i}), from the sums of `cosineGaps`; range [0, 2], ideal 0.
 * @throws {MathError} if there is no sample, or a feature or classifier row is zero and has no direction
 * Source: Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239, NC3.
 */
export function nc3Cosine(gaps: CosineGaps): number {
  if (!(gaps.samples > 0)) throw new MathError(`${gaps.samples} samples, at least 1 is needed`);
  if (gaps.zeroVectors > 0)
    throw new MathError(`${gaps.zeroVectors} samples have a zero feature or classifier row, 0 are allowed`);
  return gaps.sum / gaps.samples;
}

/**
 * nc3.cosine from class means alone, where every feature has the same norm r (√d after LayerNorm):
 * 1 − (1/N) Σ_k n_k ⟨μ_k, w_k⟩/(r‖w_k‖); range [0, 2], ideal 0, right to about 1e-16 (or the rounding of r) absolutely.
 * @param weights classifier rows [K, d]
 * @throws {MathError} if sizes do not fit, a class is empty, a row is zero or the norm is not positive
 * Source: derived from NC3 of Súkeník, Lampert, Mondelli (2025).
 */
export function nc3CosineFromMeans(statistics: ClassStatistics, weights: Matrix, featureNorm: number): number {
  assertAtLeast("featureNorm", featureNorm, 0, true);
  assertSameShape(statistics, weights);
  centredMeans(statistics);
  let gap = 0;
  let samples = 0;
  for (let k = 0; k < statistics.classes; k++) {
    const norm = Math.sqrt(rowDot(weights, k, weights, k));
    if (!(norm > 0)) throw new MathError(`norm ${norm} of classifier row ${k} must be above 0`);
    gap += statistics.counts[k] * (1 - rowDot(statistics.means, k, weights, k) / (featureNorm * norm));
    samples += statistics.counts[k];
  }
  return gap / samples;
}

/**
 * nc3.duality = ‖W/‖W‖_F − M/‖M‖_F‖_F with M the centred class means [K, d]; range [0, 2], ideal 0.
 * @param weights classifier rows [K, d]
 * @throws {MathError} if sizes do not fit, a class is empty, the class means coincide or W is zero
 * Source: Papyan, Han, Donoho (2020), PNAS 117, figure 5 (squared there).
 */
export function nc3Duality(statistics: ClassStatistics, weights: Matrix): number {
  assertSameShape(statistics, weights);
  const centred = centredMeans(statistics);
  const norm = frobeniusNorm(weights);
  if (!(norm > 0)) throw new MathError(`norm ${norm} of the classifier must be above 0`);
  return frobeniusNorm(combine(1 / norm, weights, -1 / frobeniusNorm(centred), centred));
}

/** Checks that a classifier [K, d] fits the statistics and is finite. @throws {MathError} otherwise */
export function assertSameShape(statistics: ClassStatistics, weights: Matrix): void {
  if (weights.rows !== statistics.classes || weights.cols !== statistics.dim) {
    throw new MathError(
      `classifier ${weights.rows} x ${weights.cols} does not fit ${statistics.classes} classes in ${statistics.dim} dimensions`,
    );
  }
  assertFinite("classifier", weights);
}
