/**
 * What one measurement of a run may take. A measure states by `cost` in its facts (metricFacts.ts) which of `metricCosts` it takes part
 * in; what all measures of one cost take together is bounded by `operations`, on average over the measurements of a run: where it is
 * more, they are taken at every second, third, … measurement, counted back from the last, which always has them.
 */
export const measuringBudget = {
  /**
   * Floating-point operations, a multiplication and an addition being two: about a minute of one CPU core, or what training 20
   * layers of width 512 on 50,000 samples takes in an epoch. With up to 64 classes only networks larger than any preset reach it.
   */
  operations: 1e12,
  /** Bytes that products of samples with class means take at once: they are worked out tile by tile. */
  tileBytes: 64e6,
  /** Products of samples with class means, from which on tiles are calls of the engine: fewer are loops. */
  tileProducts: 1e7,
} as const;

/** What decides how much a measurement takes. */
export interface MeasuredShape {
  /** K */
  classes: number;
  /** d */
  width: number;
  layers: number;
  /** Samples of both splits. */
  train: number;
  test: number;
}

/** Operations of one measurement of all layers. A new kind of measure is one entry here, named by its metrics' `cost`. */
export const metricCosts = {
  /** Sums over each class, and what follows from them: Gram matrices and distances of the class means. */
  sums: ({ classes, width, layers, train, test }) => layers * width * (6 * (train + test) + 12 * classes ** 2),
  /**
   * A second pass in which each sample meets each class mean, 2NKd; the moments of what comes of it, of r = min(K, d) numbers a
   * sample, Nr²; eigenvalues of r × r, about 9r³. The test set has it at the last layer alone.
   */
  "second pass": ({ classes, width, layers, train, test }) => {
    const rank = Math.min(classes, width);
    const ofSample = 2 * classes * width + rank ** 2;
    return layers * (train * ofSample + 9 * rank ** 3) + test * ofSample;
  },
} satisfies Record<string, (shape: MeasuredShape) => number>;

export type MetricCost = keyof typeof metricCosts;

/** n where measures of a cost are taken at every nth measurement, 1 where at all of them. */
export const measuredEvery = (cost: MetricCost, shape: MeasuredShape): number =>
  Math.max(1, Math.ceil(metricCosts[cost](shape) / measuringBudget.operations));

/** Whether a step has what is measured at every nth measurement, counted back from the last; a step of no schedule has it. */
export function isMeasuredAt(step: number, schedule: readonly number[], every: number): boolean {
  const place = schedule.indexOf(step);
  return place < 0 || (schedule.length - 1 - place) % every === 0;
}

/** Measurements that have it, of so many. */
export const measuredTimes = (measurements: number, every: number): number => Math.ceil(measurements / every);

const ordinal = (n: number): string => {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? undefined : ["st", "nd", "rd"][(n % 10) - 1];
  return `${n}${ending ?? "th"}`;
};

/** "every 2nd measurement" */
export const everyText = (every: number): string => `every ${ordinal(every)} measurement`;

/** Why a value is missing at a step, in the words of measurements and pages. */
export const notAtThisStep = (every: number): string =>
  `measured at ${everyText(every)}, counted back from the last: more would take over ${measuringBudget.operations.toExponential(0)} operations each`;
