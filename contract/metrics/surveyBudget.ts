/**
 * What a survey of the layers may take: second moments of all features (d × d a layer), their spectra and those of the weights, a probe and
 * the nearest class centres. Operations are floating-point ones, a multiplication and an addition being two.
 */
export const surveyBudget = {
  /** Of one survey: about a minute of one CPU core. A run whose survey takes more has none. */
  operations: 1e12,
  /** Of the second moments of all layers, in float64. */
  momentBytes: 512e6,
  /** Where a config says nothing: at most this share of the training's operations for all surveys together, but always the one at the last step. */
  few: { share: 0.002, most: 8 },
  /** Measured on one core: float64 products on the device take three times as long as float32 ones, JavaScript on matrices of a layer 100 times. */
  wideFactor: 3,
  hostFactor: 100,
} as const;

/** Bytes of the second moments of layers of these widths, in float64. */
export const secondMomentBytes = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + 8 * width ** 2, 0);
