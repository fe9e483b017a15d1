import { zeroMeanBasis } from "../frames/frames.ts";
import type { FrameShape } from "../frames/idealGram.ts";
import { identity, type Matrix, transpose } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { evenedOptimum, gradientNoise } from "./balancedOptimum.ts";
import { collapsedObjective } from "./collapsedObjective.ts";
import { measuredIn, minimize, type SmoothFunction } from "./minimize.ts";
import { type SolvableObjective, solvable } from "./unconstrainedObjective.ts";

/** The least value of an objective over the hard frame W Wᵀ = c F, c ≥ 0: where L*(ρ) ends for ρ → ∞. */
export interface HardFrame {
  loss: number;
  fit: number;
  ridge: number;
}

/** Rows B [K, r] with B Bᵀ = F. */
const frameRows = (classes: number, frame: FrameShape): Matrix =>
  frame === "simplex" ? transpose(zeroMeanBasis(classes)) : identity(classes);

/**
 * The optimum with W = s B held to a frame, over s and the K class features on the sphere (and the bias, where there is one), by
 * L-BFGS. A coordinate that B does not use lets a feature be as short within B's span as it likes; in s h the problem is then convex,
 * and a start off every symmetry ends at its minimum.
 * @throws {MathError} if the objective is invalid, a decay is not positive, d leaves no room for the frame, or the search does not converge
 */
export function hardFrameOptimum(given: SolvableObjective, frame: FrameShape): HardFrame {
  const objective = solvable(given);
  const classes = objective.counts.length;
  const rows = frameRows(classes, frame);
  const bound = rows.cols + 1;
  if (objective.dim < bound) throw new MathError(`dim = ${objective.dim} is below ${bound}, which the ${frame} frame needs`);
  const rank = Math.min(rows.cols + 1, objective.dim - 1);
  const { slack: _, ...free } = { slack: undefined, ...objective };
  const problem = collapsedObjective(free, rank);
  const block = classes * rank;
  const held = new Float64Array(block);
  for (let k = 0; k < classes; k++) for (let j = 0; j < rows.cols; j++) held[k * rank + j] = rows.data[k * rows.cols + j];
  const x = new Float64Array(problem.size);
  const slopes = new Float64Array(problem.size);

  /** y = [s, features, bias] as the objective's [W, features, bias]. */
  const place = (y: Float64Array) => {
    for (let i = 0; i < block; i++) x[i] = y[0] * held[i];
    x.set(y.subarray(1), block);
    return x;
  };
  const start = new Float64Array(1 + problem.size - block);
  const even = evenedOptimum(objective);
  start[0] = even.scale;
  for (let i = 0; i < block; i++) start[1 + i] = held[i] + 0.02 * Math.sin(1 + i);
  const evaluate: SmoothFunction = (y, gradient) => {
    const value = problem.evaluate(place(y), slopes);
    gradient[0] = 0;
    for (let i = 0; i < block; i++) gradient[0] += held[i] * slopes[i];
    gradient.set(slopes.subarray(block), 1);
    return value;
  };
  const noise = gradientNoise(objective, even);
  const options = { gradientTolerance: 1e-10, valueTolerance: 1e-14, gradientNoise: noise, maxIterations: 5_000 };
  const found = minimize(measuredIn(even.loss, evaluate), start, options);
  const most = Math.max(1e-7 * Math.max(1, found.value), found.flat ? noise : 0);
  if (!found.converged && found.gradientSize > most)
    throw new MathError(`gradient ${found.gradientSize} is above ${most} after ${found.iterations} steps on the hard frame`);
  const { fit, ridge } = problem.read(place(found.x));
  return { loss: fit + ridge, fit, ridge };
}
