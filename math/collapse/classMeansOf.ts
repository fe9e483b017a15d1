import { matrix } from "../linear/matrix.ts";
import type { ClassMeans } from "./centredMeans.ts";
import type { ProbeSums } from "./ridgeProbe.ts";

/** The class means [K, d] of the samples that were summed for a probe, μ_k = r + s_k/n_k; a row of zeros where a class is empty. */
export function classMeansOf({ classes, dim, counts, reference, sums }: ProbeSums): ClassMeans {
  const means = matrix(classes, dim);
  for (let k = 0; k < classes; k++) {
    if (counts[k] === 0) continue;
    for (let j = 0; j < dim; j++) means.data[k * dim + j] = reference[j] + sums[k * dim + j] / counts[k];
  }
  return { classes, dim, counts, means };
}
