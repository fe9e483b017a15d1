import { nearestFrame } from "../frames/nearestFrame.ts";
import type { Matrix } from "../linear/matrix.ts";
import { matrix, multiply, multiplyTransposed, selectRows, transposedMultiply } from "../linear/matrix.ts";
import { singularValues } from "../linear/singularValues.ts";
import { MathError } from "../MathError.ts";
import { centredMeans, globalMean } from "./centredMeans.ts";
import type { ClassStatistics, Features } from "./classStatistics.ts";

/** Three axes that a page draws features along. */
export interface PrincipalFrame {
  /** Global mean μ_G [d], drawn at the origin. */
  origin: Float64Array;
  /** Orthonormal axes as rows [3, d]; rows of zeros beyond d. */
  axes: Matrix;
  /** Centred class means in these axes [K, 3], of the classes shown. */
  means: Matrix;
  /** Share of tr Σ_B, of the classes shown, that the axes show, range (0, 1]. */
  explained: number;
}

/**
 * The top three principal directions of the centred class means M [K, d], turned to the previous picture where there is one:
 * of all rotations and reflections of the three axes, the one for which the projected means move least (orthogonal Procrustes),
 * so that the picture does not flip from step to step. Fewer than three directions are filled up with arbitrary ones.
 * Of many classes some are shown: then the directions are those in which these differ most from μ_G, the mean of all.
 * @param previous the frame of the step before, of the same classes (the dimension may differ)
 * @param shown classes, in the order of the frame's means; null: all
 * @throws {MathError} if a class is empty, the class means coincide, or the previous frame has other classes
 * Source: Pearson (1901); Schönemann (1966), Psychometrika 31.
 */
export function principalFrame(
  statistics: ClassStatistics,
  previous?: PrincipalFrame,
  shown: readonly number[] | null = null,
): PrincipalFrame {
  const all = centredMeans(statistics);
  const centred = shown ? selectRows(all, shown) : all;
  const { dim } = statistics;
  const classes = centred.rows;
  if (previous && previous.means.rows !== classes)
    throw new MathError(`previous frame of ${previous.means.rows} classes does not fit ${classes}`);
  const axisCount = Math.min(3, dim);
  const { values, right } = singularValues(centred);
  const top = matrix(axisCount, dim);
  top.data.set(right.data.subarray(0, Math.min(axisCount, right.rows) * dim));
  // Directions that the means do not decide are rows of zeros here: any orthonormal ones are filled in.
  const filled = nearestFrame(top, false).directions;
  let axes = matrix(3, dim);
  axes.data.set(filled.data);
  let means = multiplyTransposed(centred, axes);
  if (previous) {
    const turn = nearestFrame(transposedMultiply(previous.means, means), false).directions; // [3, 3]
    axes = multiply(turn, axes);
    means = multiplyTransposed(centred, axes);
  }
  const total = values.reduce((sum, value) => sum + value * value, 0);
  const kept = values.slice(0, 3).reduce((sum, value) => sum + value * value, 0);
  return { origin: globalMean(statistics), axes, means, explained: kept / total };
}

/**
 * Features [N, d] drawn in a frame: (h − μ_G) axesᵀ [N, 3].
 * @throws {MathError} if the features do not fit the frame's dimension
 */
export function projectFeatures(frame: PrincipalFrame, features: Features): Matrix {
  const dim = frame.axes.cols;
  const count = features.length / dim;
  if (!Number.isInteger(count)) throw new MathError(`${features.length} feature values do not fit ${dim} dimensions`);
  const result = matrix(count, 3);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 3; axis++) {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += (features[i * dim + j] - frame.origin[j]) * frame.axes.data[axis * dim + j];
      result.data[i * 3 + axis] = sum;
    }
  }
  return result;
}
