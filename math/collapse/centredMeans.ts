import type { Matrix } from "../linear/matrix.ts";
import { centreRows, inner } from "../linear/matrix.ts";
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
