import { simplexVertices } from "../frames/frames.ts";
import { nearestFrame } from "../frames/nearestFrame.ts";
import type { Matrix } from "../linear/matrix.ts";
import { identity, inner, multiply, multiplyTransposed, scale, selectRows, transposedMultiply } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { centredMeans } from "./centredMeans.ts";
import type { ClassStatistics } from "./classStatistics.ts";
import type { PrincipalFrame } from "./principalFrame.ts";

/**
 * The regular simplex [K, d] nearest to the centred class means M [K, d], in position and size: c U F with orthonormal F [K−1, d]
 * and c ≥ 0 that minimize ‖M − cUF‖_F; the vertices sum to zero. Of some classes: their vertices of the simplex of all K that are
 * nearest to their means.
 * @param shown classes, in the order of the vertices; null: all
 * @throws {MathError} if a class is empty, the class means coincide, or d < K − 1 leaves no room for a simplex
 * Source: Schönemann (1966), Psychometrika 31; simplex ETF of Papyan, Han, Donoho (2020).
 */
export function idealSimplex(statistics: ClassStatistics, shown: readonly number[] | null = null): Matrix {
  const { classes, dim } = statistics;
  const all = centredMeans(statistics);
  const some = shown !== null && shown.length < classes;
  if (some && dim < classes - 1)
    throw new MathError(`dim = ${dim} must be at least ${classes - 1} for a simplex of ${classes} classes`);
  const means = some ? selectRows(all, shown) : all;
  const unit = some ? someVertices(classes, shown.length) : simplexVertices(classes);
  const { directions } = nearestFrame(transposedMultiply(unit, means), false);
  const vertices = multiply(unit, directions);
  return scale(inner(means, vertices) / inner(vertices, vertices), vertices);
}

/** The vertices of `idealSimplex` drawn in a frame [K, 3]. @throws {MathError} as `idealSimplex` */
export function idealSimplexInFrame(
  statistics: ClassStatistics,
  frame: PrincipalFrame,
  shown: readonly number[] | null = null,
): Matrix {
  return multiplyTransposed(idealSimplex(statistics, shown), frame.axes);
}

/**
 * Some S < K of the unit vertices of a regular simplex of K, in S coordinates [S, S]: the symmetric root of their Gram matrix
 * (K/(K−1))(I − 11ᵀ/K), √(K/(K−1)) (I − (1 − √(1 − S/K)) 11ᵀ/S).
 */
function someVertices(classes: number, some: number): Matrix {
  const size = Math.sqrt(classes / (classes - 1));
  const taken = (1 - Math.sqrt(1 - some / classes)) / some;
  const vertices = identity(some);
  for (let i = 0; i < vertices.data.length; i++) vertices.data[i] = size * (vertices.data[i] - taken);
  return vertices;
}
