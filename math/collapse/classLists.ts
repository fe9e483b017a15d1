import { centreRows, inner, type Matrix, rowNorms } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { assertEveryClass, centredMeans } from "./centredMeans.ts";
import type { ClassStatistics } from "./classStatistics.ts";
import { assertSameShape } from "./nc3.ts";

/**
 * nc1.class = tr Σ_k / tr Σ_B of each class [K], tr Σ_k = (1/n_k) Σ_{i in k} ‖h_i − μ_k‖², tr Σ_B = (1/K) Σ_k ‖μ_k − μ_G‖²; range
 * [0, ∞), ideal 0. Their mean weighted by n_k is nc1.ratio.
 * @throws {MathError} if K < 2, a class is empty, or the class means coincide
 * Source: the parts of nc1.ratio of Tirer, Bruna (2022), ICML.
 */
export function nc1OfClasses(statistics: ClassStatistics): Float64Array {
  const centred = centredMeans(statistics);
  const between = inner(centred, centred) / statistics.classes;
  return statistics.scatter.map((scatter, k) => {
    if (!(scatter >= 0)) throw new MathError(`scatter ${scatter} of class ${k} must be at least 0`);
    return scatter / statistics.counts[k] / between;
  });
}

/**
 * accuracy.class = right_k / n_k of each class [K]; range [0, 1], ideal 1; NaN of a class without samples.
 * @param rights samples of each class that are classified correctly [K]
 * @throws {MathError} if a number of them is no count of the class's samples
 */
export function accuracyOfClasses(counts: Float64Array, rights: Float64Array): Float64Array {
  return counts.map((count, k) => {
    const right = rights[k];
    if (!Number.isInteger(right) || right < 0 || right > count)
      throw new MathError(`${right} samples of class ${k} classified correctly, of ${count}`);
    return right / count;
  });
}

/**
 * norms.means.class = ‖μ_k − μ_G‖ of each class [K], μ_G = (1/K) Σ μ_k; range [0, ∞), all alike at collapse.
 * @throws {MathError} if K < 2 or a class is empty
 * Source: Papyan, Han, Donoho (2020), PNAS 117, figure 2.
 */
export function normsOfMeans(statistics: ClassStatistics): Float64Array {
  assertEveryClass(statistics);
  return rowNorms(centreRows(statistics.means));
}

/**
 * norms.weights.class = ‖w_k‖ of each classifier row [K]; range [0, ∞), all alike at collapse.
 * @throws {MathError} if the classifier does not fit the statistics
 * Source: Papyan, Han, Donoho (2020), PNAS 117, figure 2.
 */
export function normsOfRows(statistics: ClassStatistics, weights: Matrix): Float64Array {
  assertSameShape(statistics, weights);
  return rowNorms(weights);
}
