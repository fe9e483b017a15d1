import { MathError } from "../MathError.ts";

/** Bins of equal width over (0, 1]: ((m − 1)/15, m/15]. */
export const calibrationBins = 15;

/** What is counted of samples by their confidence, the largest softmax probability, in bins of equal width; sums of shards add up. */
export interface CalibrationSums {
  /** Samples of each bin [15]. */
  counts: Float64Array;
  /** Σ confidence of each bin [15]. */
  confidences: Float64Array;
  /** Samples of each bin that are classified correctly [15]. */
  rights: Float64Array;
}

export const noCalibration = (): CalibrationSums => ({
  counts: new Float64Array(calibrationBins),
  confidences: new Float64Array(calibrationBins),
  rights: new Float64Array(calibrationBins),
});

/** The bin of a confidence in (0, 1]. */
export const calibrationBin = (confidence: number): number => {
  let bin = 0;
  while (bin < calibrationBins - 1 && calibrationBins * confidence > bin + 1) bin++;
  return bin;
};

/**
 * ece = Σ_m (n_m/N) |accuracy of bin m − mean confidence of bin m|, the expected calibration error over 15 bins of equal width; range
 * [0, 1], ideal 0.
 * @throws {MathError} if there is no sample, or a bin's sums are not those of its samples
 * Source: Guo, Pleiss, Sun, Weinberger (2017), ICML, "On calibration of modern neural networks", equation 3.
 */
export function ece({ counts, confidences, rights }: CalibrationSums): number {
  const samples = counts.reduce((sum, count) => sum + count, 0);
  if (!(samples > 0)) throw new MathError(`${samples} samples, at least 1 is needed`);
  let error = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    if (
      !(rights[bin] >= 0 && rights[bin] <= counts[bin] && confidences[bin] >= 0 && confidences[bin] <= counts[bin] * (1 + 1e-6))
    )
      throw new MathError(
        `bin ${bin} of ${counts[bin]} samples has confidence ${confidences[bin]} and ${rights[bin]} right answers`,
      );
    error += Math.abs(rights[bin] - confidences[bin]);
  }
  return error / samples;
}
