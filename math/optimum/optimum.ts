import { embedRows } from "../frames/frames.ts";
import type { Matrix } from "../linear/matrix.ts";
import { frobeniusNorm, matrix, multiplyTransposed, rowDot, scale, stackRows } from "../linear/matrix.ts";
import { singularValues } from "../linear/singularValues.ts";
import { totalCount } from "./unconstrainedObjective.ts";

/** How the class vectors of an optimum lie: "between" a simplex and an orthogonal frame, "unequal" none of these. */
export type OptimumGeometry = "simplex" | "orthogonal" | "between" | "zero" | "unequal";

/** A global optimum over free features, all samples of a class at one point, up to a rotation. */
export interface Optimum {
  method: "closed-form" | "numeric";
  /** L* = fit + ridge + slack. */
  loss: number;
  fit: number;
  /** All ridge terms together. */
  ridge: number;
  /** (ρ/2)‖S‖² of the classifier held to a frame; 0 without one. */
  slack: number;
  geometry: OptimumGeometry;
  /** s, the norm of a classifier row (root mean square over the classes). */
  scale: number;
  /** The norm of a class feature (root mean square over the samples). */
  featureScale: number;
  /** Samples of each class [K]. */
  counts: readonly number[];
  /** Classifier rows w_k* [K, r] in r coordinates. */
  weights: Matrix;
  /** Class features h_k* [K, r] in the same coordinates. */
  features: Matrix;
  /** Bias [K], of zeros where there is none. */
  bias: Float64Array;
  /** True where features have zero mean over their d entries (LayerNorm), so that admissible rotations fix the all-ones vector. */
  zeroMean: boolean;
}

/** Where an objective has no optimum to compare with, and why. */
export interface NoOptimum {
  method: "none";
  reason: string;
}

/** What a solver has found; what is left out follows from the rest. */
type FoundOptimum = Omit<Optimum, "loss" | "slack" | "scale" | "featureScale" | "bias"> &
  Partial<Pick<Optimum, "slack" | "scale" | "featureScale" | "bias">>;

/** An optimum from what a solver has found: without slack and bias where none is given, and its scales from its rows. */
export function makeOptimum(found: FoundOptimum): Optimum {
  const { fit, ridge, slack = 0, counts, weights, features } = found;
  return {
    ...found,
    loss: fit + ridge + slack,
    slack,
    scale: found.scale ?? frobeniusNorm(weights) / Math.sqrt(counts.length),
    featureScale: found.featureScale ?? meanFeatureNorm(features, counts),
    bias: found.bias ?? new Float64Array(counts.length),
  };
}

/** √(Σ n_k‖h_k‖²/N) */
function meanFeatureNorm(features: Matrix, counts: readonly number[]): number {
  const squared = counts.reduce((sum, count, k) => sum + count * rowDot(features, k, features, k), 0);
  return Math.sqrt(squared / totalCount(counts));
}

/**
 * An optimum set into R^d: classifier rows and class features [K, d]; zero-mean rows where the model has LayerNorm.
 * @throws {MathError} if d is too small for the optimum's rank
 */
export function embedOptimum(optimum: Optimum, dim: number): { weights: Matrix; features: Matrix; bias: Float64Array } {
  return {
    weights: embedRows(optimum.weights, dim, optimum.zeroMean),
    features: embedRows(optimum.features, dim, optimum.zeroMean),
    bias: optimum.bias,
  };
}

/** A point in no more coordinates than its rows span; what a search left along the others is below 1e-7 of the rows. */
export function usedCoordinates({ weights, features }: { weights: Matrix; features: Matrix }) {
  const stacked = stackRows(scale(1 / frobeniusNorm(weights), weights), scale(1 / frobeniusNorm(features), features));
  const { values, right } = singularValues(stacked);
  const used = values.filter((value) => value > 1e-7 * values[0]).length;
  const directions = matrix(used, right.cols, right.data.slice(0, used * right.cols));
  return { weights: multiplyTransposed(weights, directions), features: multiplyTransposed(features, directions) };
}
