import { rowDot } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { assertEveryClass } from "./centredMeans.ts";
import type { ClassStatistics } from "./classStatistics.ts";

/**
 * nc5 = (1/K) Σ_k |cos(μ_k, μ_other)|, μ_k the class means of the training set as they are (not centred), μ_other the mean of a second
 * set's features; range [0, 1], ideal 0.
 * @param other mean feature of the second set [d]
 * @throws {MathError} if sizes do not fit, a class is empty, or a class mean or that of the second set is zero and has no direction
 * Source: Ammar, Belkhir, Popescu, Manzanera, Franchi (2024), ICLR, "NECO: neural collapse based out-of-distribution detection", NC5.
 */
export function nc5(statistics: ClassStatistics, other: Float64Array): number {
  assertEveryClass(statistics);
  const { classes, dim, means } = statistics;
  if (other.length !== dim) throw new MathError(`a mean of ${other.length} numbers does not fit features of ${dim}`);
  const size = Math.sqrt(other.reduce((sum, value) => sum + value * value, 0));
  if (!(size > 0 && Number.isFinite(size)))
    throw new MathError(`norm ${size} of the second set's mean must be finite and above 0`);
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    const norm = Math.sqrt(rowDot(means, k, means, k));
    if (!(norm > 0)) throw new MathError(`norm ${norm} of the mean of class ${k} must be above 0`);
    let product = 0;
    for (let j = 0; j < dim; j++) product += means.data[k * dim + j] * other[j];
    sum += Math.min(1, Math.abs(product) / (norm * size));
  }
  return sum / classes;
}
