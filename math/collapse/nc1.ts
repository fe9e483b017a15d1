import type { Matrix } from "../linear/matrix.ts";
import { gramOfRows, inner, rowDot, transpose } from "../linear/matrix.ts";
import type { RankCutoff } from "../linear/pseudoInverse.ts";
import { pseudoInverse } from "../linear/pseudoInverse.ts";
import { MathError } from "../MathError.ts";
import { centredMeans } from "./centredMeans.ts";
import { type CentredMoments, squaredDistances } from "./centredMoments.ts";
import { type ClassStatistics, squaredFeatures } from "./classStatistics.ts";

/**
 * nc1.ratio = tr Σ_W / tr Σ_B, within-class over between-class spread; range [0, ∞), ideal 0.
 * tr Σ_W = (1/N) Σ_i ‖h_i − μ_{y_i}‖², tr Σ_B = (1/K) Σ_k ‖μ_k − μ_G‖².
 * @throws {MathError} if K < 2, a class is empty, or the class means coincide
 * Source: Tirer, Bruna (2022), ICML, "Extended unconstrained features model".
 */
export function nc1Ratio(statistics: ClassStatistics): number {
  const centred = centredMeans(statistics);
  return withinTrace(statistics) / (inner(centred, centred) / statistics.classes);
}

/**
 * norms.spread = (1/N) Σ_i ‖h_i‖² / tr Σ_B, how large features are relative to what separates the classes; range [1, ∞) with balanced
 * classes, 1 where they have collapsed about a mean of zero. Rounding of features reaches nc1.ratio multiplied by it.
 * @throws {MathError} as `nc1Ratio`
 */
export function normsSpread(statistics: ClassStatistics): number {
  const centred = centredMeans(statistics);
  const samples = statistics.counts.reduce((sum, count) => sum + count, 0);
  return squaredFeatures(statistics) / samples / (inner(centred, centred) / statistics.classes);
}

/**
 * tr Σ_W = (1/N) Σ_k scatter_k, the mean squared distance of a sample to its class mean; range [0, ∞).
 * @throws {MathError} if there is no sample or a scatter is negative
 */
export function withinTrace(statistics: ClassStatistics): number {
  const samples = statistics.counts.reduce((sum, count) => sum + count, 0);
  if (!(samples > 0)) throw new MathError(`${samples} samples, at least 1 is needed`);
  const negative = statistics.scatter.findIndex((value) => !(value >= 0));
  if (negative >= 0) throw new MathError(`scatter ${statistics.scatter[negative]} of class ${negative} must be at least 0`);
  return statistics.scatter.reduce((sum, value) => sum + value, 0) / samples;
}

/**
 * The cut-off of nc1.pinv: rank at most K − 1 (centred means have no more), singular values of M below 1e-6 of the
 * largest taken as zero (eigenvalues of MMᵀ below 1e-12), which is where float32 features stop carrying directions.
 */
export function pinvCutoff(classes: number): RankCutoff {
  return { maxRank: classes - 1, relative: 1e-12 };
}

/**
 * nc1.pinv = tr(Σ_W Σ_B⁺)/K = (1/N) tr(G⁺ S G⁺) with G = MMᵀ [K, K] and S = Σ_i a_i a_iᵀ, a_i = M(h_i − μ_{y_i});
 * range [0, ∞), ideal 0. With Σ_B = MᵀM/K, Σ_B⁺ = K Mᵀ (MMᵀ)⁺² M, no d×d matrix is needed. Where d < K it is the smaller one,
 * and (1/N) tr(S (MᵀM)⁺) with S = Σ_i c_i c_iᵀ [d, d] of the deviations.
 * @param gram G, where it is known already
 * @throws {MathError} if K < 2, a class is empty, the class means coincide, or the moments have another size or are no sum of squares
 * Source: Papyan, Han, Donoho (2020), PNAS 117; Zhu et al. (2021), NeurIPS.
 */
export function nc1Pinv(
  statistics: ClassStatistics,
  moments: CentredMoments,
  cutoff = pinvCutoff(statistics.classes),
  gram?: Matrix,
): number {
  const { classes, dim } = statistics;
  const size = moments.moments.rows;
  if ((size !== classes && size !== dim) || !(moments.samples > 0)) {
    throw new MathError(
      `moments of size ${size} of ${moments.samples} samples do not fit ${classes} classes in ${dim} dimensions`,
    );
  }
  const centred = centredMeans(statistics);
  const isOfMeans = size === classes;
  const { inverse } = pseudoInverse(isOfMeans ? (gram ?? gramOfRows(centred)) : gramOfRows(transpose(centred)), cutoff);
  const value = isOfMeans ? alongBoth(inverse, moments.moments) : inner(inverse, moments.moments);
  const perSample = value / moments.samples;
  if (!(perSample >= 0)) throw new MathError(`nc1.pinv came out as ${perSample}, below 0: the moments are not a sum of squares`);
  return perSample;
}

/** tr(G⁺ S G⁺) = ⟨G⁺ G⁺, S⟩, the square of a symmetric matrix being the Gram matrix of its rows. */
const alongBoth = (inverse: Matrix, moments: Matrix): number => inner(gramOfRows(inverse), moments);

/**
 * nc1.cdnv = mean over k < l of (v_k + v_l)/(2‖μ_k − μ_l‖²), v_k = (1/n_k) Σ ‖h_i − μ_k‖², the class-distance
 * normalized variance; range [0, ∞), ideal 0. The distances come from one Gram matrix: K²d multiplications in all.
 * @param gram MMᵀ of the centred class means, where it is known already
 * @throws {MathError} if K < 2, a class is empty, or two class means coincide
 * Source: Galanti, György, Hutter (2022), ICLR, "On the role of neural collapse in transfer learning".
 */
export function nc1Cdnv(statistics: ClassStatistics, gram?: Matrix): number {
  const distances = squaredDistances(centredMeans(statistics), gram).data;
  const { classes, counts, means, scatter } = statistics;
  const sizes = Array.from({ length: classes }, (_, k) => rowDot(means, k, means, k));
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    for (let l = 0; l < k; l++) {
      const squared = distances[k * classes + l];
      const bound = (4 * Number.EPSILON) ** 2 * (sizes[k] + sizes[l]);
      if (!(squared > bound))
        throw new MathError(`means of classes ${l} and ${k} coincide: ‖μ_k − μ_l‖² = ${squared} is not above ${bound}`);
      sum += (scatter[k] / counts[k] + scatter[l] / counts[l]) / (2 * squared);
    }
  }
  return sum / ((classes * (classes - 1)) / 2);
}
