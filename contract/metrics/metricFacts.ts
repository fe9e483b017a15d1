import type { MetricCost } from "./measuringBudget.ts";

/**
 * How the rounding of features reaches a metric: in proportion to the scatter (η² s), to that over pairs of classes or through a
 * pseudo-inverse, to its root, once or in a Gram matrix, or as a cosine. The formulas are math/collapse/numericFloor.ts.
 */
export type FloorKind = "scatter" | "pairs" | "pinv" | "pinvsum" | "means" | "gram" | "cosine";

/** Between which the theory puts the log-log slope of NC1, NC2 and NC3 over depth at the global optima (Súkeník, Lampert, Mondelli 2025). */
export const theorySlopes: [number, number] = [-1 / 2, -1 / 4];

/** Under which heading choices of metrics show one, in this order. */
export const metricGroups = {
  nc1: "NC1: within-class variability",
  nc2: "NC2: frame",
  nc3: "NC3: self-duality",
  nc4: "NC4: nearest class centre",
  nc0: "NC0: classifier rows sum to zero",
  uniformity: "Hyperspherical uniformity",
  layers: "Ranks, probes and deep collapse of layers",
  norms: "Norms",
  gap: "Gap and distance to the optimum",
  losses: "Losses and penalties",
  accuracy: "Accuracy and calibration",
  training: "Training",
} as const;
export type MetricGroup = keyof typeof metricGroups;

/** Every fact of a metric that does not follow from its numbers. Nothing is optional: a metric that lacks one does not compile. */
export interface MetricFacts {
  label: string;
  group: MetricGroup;
  /** Whether it is folded away where everything is shown at once: it refines what another one says. */
  more: boolean;
  formula: string;
  /** Who defined it, and where. */
  source: string;
  /** The value at collapse, or at the optimum; null where there is none. */
  ideal: number | null;
  /** What is better; null where neither is a goal. */
  direction: "less" | "more" | null;
  /** As exports state it; "1" of a pure number. */
  unit: string;
  /** Beside the title of an axis; null where the title says enough. */
  axisUnit: string | null;
  /** Whether its axis is logarithmic to begin with. */
  log: boolean;
  /** Where it reads well in percent: on axes too, in texts alone, or nowhere (null). */
  percent: "everywhere" | "in texts" | null;
  /** The value to reach that is asked for to begin with: what networks of the theory's kind reach, and plain ones do not. */
  threshold: number;
}

/** A metric of one layer's features, or of the classifier. `Id`: of the layer metrics. */
export interface LayerMetricFacts<Id extends string = string> extends MetricFacts {
  scope: "layer";
  /** Whether layers without a classifier have it too. */
  hidden: boolean;
  /** Whether there is none where no classifier is known, at the last layer either. */
  needsHead: boolean;
  /** Where it is measured on the test set as well; null = nowhere. */
  test: "every layer" | "last layer" | null;
  /** Measured only where the optimal frame is orthogonal. */
  orthogonalOnly: boolean;
  /** What of a measurement it takes part in, which decides how often it is taken: measuringBudget.ts. */
  cost: MetricCost;
  /** At the last layer it is of the classifier W, and this is its name for the class means there; runs of older versions lack that. */
  lastMeans: Id | null;
  /** What it is of over the layers, where its formula is of the last one; null where that holds for all. */
  overLayers: string | null;
  /** null where rounding of features does not decide. */
  floor: FloorKind | null;
  /** The slopes that theorems put it between, and under which optimal frame; null where no theorem speaks of it. */
  theory: { slopes: [number, number]; frame: "any" | "simplex" | "orthogonal" } | null;
}

/** A metric of the whole network. */
export interface NetworkMetricFacts extends MetricFacts {
  scope: "network";
  /** Whether it is measured on the test set as well. */
  test: boolean;
  /** The panel it shares with others, and its name there. */
  part: { of: "gap" | "penalties" | "distance"; label: string } | null;
}

/** A metric of which there is one number for each class, or for each value of a spectrum, the largest first. */
export interface ListMetricFacts extends MetricFacts {
  scope: "list";
  index: "class" | "spectrum";
  /** Of which layers it is: of all, of the last one, or of the network as a whole (null). */
  layers: "all" | "last" | null;
  /** Whether it is measured on the test set as well. */
  test: boolean;
}

export const sources = {
  paper: "Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239",
  papyan: "Papyan, Han, Donoho (2020), PNAS 117",
  zhu: "Zhu et al. (2021), NeurIPS, A geometric analysis of neural collapse",
  wu: "Wu, Papyan (2024), arXiv 2405.17767, Linguistic collapse",
  ours: "this program",
} as const;
