import { simplexVertices } from "../frames/frames.ts";
import { nearestFrame } from "../frames/nearestFrame.ts";
import type { Matrix } from "../linear/matrix.ts";
import { inner, multiply, multiplyTransposed, scale, transposedMultiply } from "../linear/matrix.ts";
import { centredMeans } from "./centredMeans.ts";
import type { ClassStatistics } from "./classStatistics.ts";
import type { PrincipalFrame } from "./principalFrame.ts";

/**
 * The regular simplex [K, d] nearest to the centred class means M [K, d], in position and size: c U F with orthonormal F [K−1, d]
 * and c ≥ 0 that minimize ‖M − cUF‖_F; the vertices sum to zero.
 * @throws {MathError} if a class is empty, the class means coincide, or d < K − 1 leaves no room for a simplex
 * Source: Schönemann (1966), Psychometrika 31; simplex ETF of Papyan, Han, Donoho (2020).
 */
export function idealSimplex(statistics: ClassStatistics): Matrix {
  const means = centredMeans(statistics);
  const unit = simplexVertices(statistics.classes);
  const { directions } = nearestFrame(transposedMultiply(unit, means), false);
  const vertices = multiply(unit, directions);
  return scale(inner(means, vertices) / inner(vertices, vertices), vertices);
}

/** The vertices of `idealSimplex` drawn in a frame [K, 3]. @throws {MathError} as `idealSimplex` */
export function idealSimplexInFrame(statistics: ClassStatistics, frame: PrincipalFrame): Matrix {
  return multiplyTransposed(idealSimplex(statistics), frame.axes);
}
