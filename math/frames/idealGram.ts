import type { Matrix } from "../linear/matrix.ts";
import { identity, matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";

/** The two ideal Gram matrices: E = I − 11ᵀ/K of a simplex, I of an orthogonal frame. */
export type FrameShape = "simplex" | "orthogonal";

/** The ideal Gram matrix [K, K], up to scale: E = I − (1/K) 11ᵀ or I. @throws {MathError} if K < 2 */
export function idealGram(classes: number, shape: FrameShape): Matrix {
  if (!(classes >= 2)) throw new MathError(`classes = ${classes} must be at least 2`);
  if (shape === "orthogonal") return identity(classes);
  return matrix(
    classes,
    classes,
    identity(classes).data.map((value) => value - 1 / classes),
  );
}
