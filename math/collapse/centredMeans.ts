import type { Matrix } from "../linear/matrix.ts";
import { centreRows, inner, meanRow } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import type { ClassStatistics } from "./classStatistics.ts";

/** Class statistics as far as the class means go. */
export type ClassMeans = Omit<ClassStatistics, "scatter">;

/**
 * Checks that every class has a sample, so that the metrics of these statistics can be defined.
 * @throws {MathError} if there are fewer than 2 classes or a class is empty
 */
export function assertEveryClass(statistics: ClassMeans): void {
  if (!(statistics.classes >= 2)) throw new MathError(`classes = ${statistics.classes} must be at least 2`);
  const empty = statistics.counts.findIndex((count) => !(count > 0));
  if (empty >= 0) throw new MathError(`class ${empty} has ${statistics.counts[empty]} samples, at least 1 is needed`);
}

/** μ_G = (1/K) Σ_k μ_k [d]. @throws {MathError} if K < 2 or a class is empty */
export function globalMean(statistics: ClassMeans): Float64Array {
  assertEveryClass(statistics);
  return meanRow(statistics.means);
}

/**
 * Checks that each class's vector has a direction, being longer than what rounding leaves of the longest.
 * @param norms ‖μ_k − μ_G‖ or ‖w_k‖ [K]
 * @throws {MathError} naming the first class whose vector is not
 */
export function assertDirections(norms: Float64Array, of: "means" | "rows" = "means"): void {
  const bound = 4 * Number.EPSILON * norms.reduce((most, norm) => Math.max(most, norm), 0);
  const still = norms.findIndex((norm) => !(norm > bound));
  if (still < 0) return;
  throw new MathError(
    of === "means"
      ? `mean of class ${still} equals the global mean: ‖μ_k − μ_G‖ = ${norms[still]} is not above ${bound}`
      : `classifier row ${still} has no direction: ‖w_k‖ = ${norms[still]} is not above ${bound}`,
  );
}

/**
 * The centred class means M = [μ_k − μ_G] [K, d], where μ_G = (1/K) Σ μ_k (every class counts alike).
 * @throws {MathError} if a class is empty, K < 2, or all class means coincide up to the rounding of float64
 * Source: Papyan, Han, Donoho (2020), PNAS 117.
 */
export function centredMeans(statistics: ClassMeans): Matrix {
  assertEveryClass(statistics);
  const centred = centreRows(statistics.means);
  const spread = inner(centred, centred);
  // A stored mean is off by up to 2^-53 of itself: differences of that size are not data.
  const bound = (4 * Number.EPSILON) ** 2 * inner(statistics.means, statistics.means);
  if (!(spread > bound)) throw new MathError(`class means coincide: Σ‖μ_k − μ_G‖² = ${spread} is not above rounding, ${bound}`);
  return centred;
}
