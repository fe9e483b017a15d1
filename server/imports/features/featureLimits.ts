/** Bounds of files of features; README's page on them states these. */
export const featureLimits = {
  /** Samples of one split; their labels are held in memory. */
  samples: 20_000_000,
  /** Files of one import, and arrays of all of them. */
  files: 2_000,
  arrays: 20_000,
  /** Columns of a CSV file, and characters of one line. */
  columns: 100_000,
  lineLength: 4_000_000,
  /** Multiplications of the second pass over a layer, N·K·(d + K/2): with more it is left out, and said. */
  products: 1e12,
  /** Numbers of all sums of one measurement, Σ K·d + K² over its layers. */
  sums: 8_000_000,
} as const;
