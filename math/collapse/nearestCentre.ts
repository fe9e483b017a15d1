import { centredMeans } from "./centredMeans.ts";
import { classMeansOf } from "./classMeansOf.ts";
import type { LinearProbe, ProbeSums } from "./ridgeProbe.ts";

/**
 * The nearest-class-centre rule as a linear classifier: arg min_k ‖x − μ_k‖² = arg max_k ⟨x, m_k⟩ − ⟨μ_G, m_k⟩ − ‖m_k‖²/2 with
 * m_k = μ_k − μ_G, of the class means of the samples summed; the lowest class on a tie.
 * @throws {MathError} if a class is empty or the class means coincide
 * Source: Papyan, Han, Donoho (2020), PNAS 117, NC4; per layer, Ben-Shaul, Dekel (2022), arXiv 2202.09028.
 */
export function nearestCentre(sums: ProbeSums): LinearProbe {
  const statistics = classMeansOf(sums);
  const { classes, dim, means } = statistics;
  const weights = centredMeans(statistics).data;
  const bias = new Float64Array(classes);
  for (let k = 0; k < classes; k++)
    for (let at = k * dim, j = 0; j < dim; at++, j++) {
      const origin = means.data[at] - weights[at];
      bias[k] -= weights[at] * (origin + weights[at] / 2);
    }
  return { classes, dim, weights, bias };
}
