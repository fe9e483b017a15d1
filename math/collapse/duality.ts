import type { Matrix } from "../linear/matrix.ts";
import { multiplyTransposed, rowDot, rowNorms } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { assertDirections, centredMeans } from "./centredMeans.ts";
import type { ClassStatistics } from "./classStatistics.ts";
import { nc2Etf } from "./nc2.ts";
import { assertSameShape } from "./nc3.ts";
import { RunningSpread, type Spread } from "./uniformity.ts";

/**
 * nc3.etf = ‖WMᵀ/‖WMᵀ‖_F − E/√(K−1)‖_F, M the centred class means [K, d]; range [0, 2], ideal 0.
 * @param weights classifier rows [K, d]
 * @throws {MathError} if sizes do not fit, a class is empty, the class means coincide, or W is orthogonal to all of them
 * Source: Zhu et al. (2021), NeurIPS, "A geometric analysis of neural collapse", NC3.
 */
export function nc3Etf(statistics: ClassStatistics, weights: Matrix): number {
  assertSameShape(statistics, weights);
  return nc2Etf(multiplyTransposed(weights, centredMeans(statistics)));
}

/** UNC3: how alike classifier rows and class means are over the classes. */
export interface UniformDuality {
  /** Variance over k of ⟨w_k, μ_k − μ_G⟩, divided by K. */
  variance: number;
  /** Mean and variance over k of cos(w_k, μ_k − μ_G). */
  cosine: Spread;
}

/**
 * unc3 = variance over the classes of ⟨w_k, μ_k − μ_G⟩, range [0, ∞), ideal 0; and mean (range [−1, 1], ideal 1) and variance (ideal 0) of
 * their cosine.
 * @param weights classifier rows [K, d]
 * @throws {MathError} if sizes do not fit, a class is empty, the class means coincide, a row is zero, or a mean equals the global mean
 * Source: Wu, Papyan (2024), arXiv 2405.17767, UNC3.
 */
export function uniformDuality(statistics: ClassStatistics, weights: Matrix): UniformDuality {
  assertSameShape(statistics, weights);
  const centred = centredMeans(statistics);
  const [rows, means] = [rowNorms(weights), rowNorms(centred)];
  assertDirections(means);
  const products = new RunningSpread();
  const cosines = new RunningSpread();
  for (let k = 0; k < statistics.classes; k++) {
    if (!(rows[k] > 0)) throw new MathError(`norm ${rows[k]} of classifier row ${k} must be above 0`);
    const product = rowDot(weights, k, centred, k);
    products.add(product);
    cosines.add(product / (rows[k] * means[k]));
  }
  return { variance: products.spread().variance, cosine: cosines.spread() };
}
