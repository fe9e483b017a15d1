import { MathError } from "../MathError.ts";
import { centredMeans } from "./centredMeans.ts";
import type { CentredMoments } from "./centredMoments.ts";
import type { ClassStatistics } from "./classStatistics.ts";

/** What the nearest class mean is compared with: the classifier's prediction (last layer) or the label (hidden layers). */
type NccReference = "predictions" | "labels";

/**
 * nc4.ncc = share of samples whose nearest class mean is not that of the predicted class (or of the label);
 * range [0, 1], ideal 0.
 * @throws {MathError} if the class means coincide, there is no sample, or predictions are asked for and were not counted
 * Source: Papyan, Han, Donoho (2020), PNAS 117, figure 7.
 */
export function nc4Ncc(statistics: ClassStatistics, moments: CentredMoments, reference: NccReference): number {
  centredMeans(statistics);
  if (!(moments.samples > 0)) throw new MathError(`${moments.samples} samples, at least 1 is needed`);
  const misses = reference === "labels" ? moments.labelMisses : moments.predictionMisses;
  if (misses === null) throw new MathError("no predictions were counted");
  return misses / moments.samples;
}
