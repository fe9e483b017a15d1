import { cosineGram } from "../frames/cosineGram.ts";
import { nearestFrame } from "../frames/nearestFrame.ts";
import { type Matrix, multiplyTransposed, selectRows, transposedMultiply } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { centredMeans } from "./centredMeans.ts";
import type { ClassStatistics } from "./classStatistics.ts";
import { idealSimplexInFrame } from "./idealSimplex.ts";
import { type PrincipalFrame, principalFrame } from "./principalFrame.ts";

/** What of a layer's geometry is drawn besides its samples, of all classes or of those shown. */
export interface GeometryPicture {
  /** The classes shown, in the order of all that follows; null: all. */
  shown: readonly number[] | null;
  /** K of the layer. */
  of: number;
  /** Centred class means in the frame [K, 3]. */
  means: Matrix;
  /** Vertices of the nearest regular simplex in the frame [K, 3]; null where d < K − 1 leaves no room for one. */
  ideal: Matrix | null;
  /** Share of tr Σ_B that the frame shows, range (0, 1]. */
  explained: number;
  /** Cosines between centred class means [K, K]. */
  meansGram: Matrix;
  /** Cosines between classifier rows [K, K]; null without a classifier. */
  headGram: Matrix | null;
}

/**
 * The picture of a layer's class means, along their principal directions or in another frame of them. Of many classes some are
 * shown; their means are centred by that of all classes, and the simplex is that of all classes too.
 * @param head classifier rows W [K, d]
 * @throws {MathError} if a class is empty, the class means coincide, or one of them or a classifier row has no direction
 */
export function geometryPicture(
  statistics: ClassStatistics,
  head: Matrix | null,
  shown: readonly number[] | null = null,
  frame: PrincipalFrame = principalFrame(statistics, undefined, shown),
): GeometryPicture {
  const some = (rows: Matrix) => (shown ? selectRows(rows, shown) : rows);
  return {
    ...{ shown, of: statistics.classes },
    means: frame.means,
    ideal: statistics.dim < statistics.classes - 1 ? null : idealSimplexInFrame(statistics, frame, shown),
    explained: frame.explained,
    meansGram: cosineGram(some(centredMeans(statistics))),
    headGram: head && cosineGram(some(head)),
  };
}

/**
 * A picture turned as a whole so that its means move least from those of the picture before, [K, 3] too: as `principalFrame` turns axes.
 * @throws {MathError} if the picture before has other classes
 */
export function turnedPicture(picture: GeometryPicture, previous: Matrix): GeometryPicture {
  if (previous.rows !== picture.means.rows)
    throw new MathError(`previous means of ${previous.rows} classes do not fit ${picture.means.rows}`);
  const turn = nearestFrame(transposedMultiply(previous, picture.means), false).directions; // [3, 3]
  return {
    ...picture,
    means: multiplyTransposed(picture.means, turn),
    ideal: picture.ideal && multiplyTransposed(picture.ideal, turn),
  };
}
