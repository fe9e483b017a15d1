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
  detection: "Out of distribution",
  training: "Training",
} as const;
export type MetricGroup = keyof typeof metricGroups;

/** Where a metric has a panel in the training section of a study. */
export interface TrainingPlace {
  /** Panels are in order of these. */
  at: number;
  /** Absent = its label. */
  title?: string;
  /** What only some objectives or newer versions have: it comes with the first run that measures it. */
  rare?: true;
}

/** A column of the run table and of its CSV, by the id that addresses of pages keep. */
export interface TablePlace {
  /** Columns are in order of these. */
  at: number;
  id: string;
  title: string;
  split: "train" | "test";
  /** Only some studies have it: shown once a run does. */
  rare?: true;
}

/** Every fact of a metric that does not follow from its numbers. Nothing is optional: a metric that lacks one does not compile. */
export interface MetricFacts {
  label: string;
  group: MetricGroup;
  /** Whether it is folded away where everything is shown at once: it refines what another one says. */
  more: boolean;
  /** In plain text, as exports have it, and in LaTeX. */
  formula: string;
  tex: string;
  /** Who defined it, and where: "Papyan, Han, Donoho (2020), PNAS 117, arXiv 2008.08186". */
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

  /** What it is of: one number a layer, or of the whole network; or a list, of each class or each value of a spectrum, the largest first. */
  scope: "layer" | "network" | "class" | "spectrum";
  /** Which layers have it: all, the last one alone, or none, as it is of the network as a whole (null). */
  layers: "all" | "last" | null;
  /** Who finds it: each measurement of a worker, its surveys of the layers, the run's process, or pages from what is stored. */
  by: "measurement" | "survey" | "process" | "page";
  /** Whether it is of a second set alone: its series are those of the split `other`, whichever split is asked for (seriesKey.ts). */
  otherSet: boolean;
  /** Where it is measured on the test set as well; null = nowhere. */
  test: "everywhere" | "last layer" | null;
  /** Whether there is none where no classifier is known, at the last layer either. */
  needsHead: boolean;
  /** Measured only where the optimal frame is orthogonal. */
  orthogonalOnly: boolean;
  /** What of a measurement it takes part in, which decides how often it is taken (measuringBudget.ts); null where the budget takes nothing from it. */
  cost: MetricCost | null;
  /** At the last layer it is of the classifier W, and this is its name for the class means there; runs of older versions lack that. */
  lastMeans: string | null;
  /** What it is of over the layers, where its formula is of the last one; null where that holds for all. */
  overLayers: string | null;
  /** null where rounding of features does not decide. */
  floor: FloorKind | null;
  /** The slopes that theorems put it between, and under which optimal frame; null where no theorem speaks of it. */
  theory: { slopes: [number, number]; frame: "any" | "simplex" | "orthogonal" } | null;

  /** The panel that it shares with others on a run's page, and its name there. */
  part: { of: "gap" | "penalties" | "distance"; label: string } | null;
  /** Whether charts of a study over its axes offer it: not what says when and how fast a run trains. */
  offered: boolean;
  training: TrainingPlace | null;
  columns: readonly TablePlace[];
}

/** A table of facts whose ids and scopes the compiler knows. */
export const defineMetrics = <const Table extends Record<string, MetricFacts>>(table: Table): Table => table;

/** What most metrics have in common: a pure number that is shown as it is, of the training set, found by each measurement. */
const plain = {
  more: false,
  unit: "1",
  axisUnit: null,
  log: true,
  percent: null,
  threshold: 0.1,
  by: "measurement",
  otherSet: false,
  test: null,
  needsHead: false,
  orthogonalOnly: false,
  cost: null,
  lastMeans: null,
  overLayers: null,
  floor: null,
  theory: null,
  part: null,
  offered: true,
  training: null,
  columns: [],
} as const;

/** Of each layer's features, from the sums over each class: less is nearer to collapse. */
export const ofLayer = { ...plain, scope: "layer", layers: "all", ideal: 0, direction: "less", cost: "sums" } as const;
/** Of the last layer alone: what refines a measure of its class means and classifier. */
export const ofLast = { ...ofLayer, layers: "last", more: true } as const;
/** Of the network as a whole. */
export const ofNetwork = { ...plain, scope: "network", layers: null } as const;
/** Of each class at the last layer: what charts over a study's axes cannot draw. */
export const ofClass = { ...plain, scope: "class", layers: "last", ideal: 0, direction: "less", offered: false } as const;

/** How formulas in LaTeX write the matrices of class means and the frame. */
export const tex = {
  within: "\\Sigma_W",
  between: "\\Sigma_B",
  frameOf: (gram: string, ideal: string) => `\\min_c\\ \\frac{\\lVert ${gram} - c\\,${ideal}\\rVert_F}{\\lVert ${gram}\\rVert_F}`,
  etfOf: (gram: string) => `\\left\\lVert \\frac{${gram}}{\\lVert ${gram}\\rVert_F} - \\frac{E}{\\sqrt{K-1}}\\right\\rVert_F`,
  spreadOf: (norm: string) => `\\frac{\\mathrm{std}_k\\,\\lVert ${norm}\\rVert}{\\mathrm{mean}_k\\,\\lVert ${norm}\\rVert}`,
} as const;

export const sources = {
  paper: "Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239",
  papyan: "Papyan, Han, Donoho (2020), PNAS 117, arXiv 2008.08186",
  zhu: "Zhu et al. (2021), NeurIPS, A geometric analysis of neural collapse, arXiv 2105.02375",
  wu: "Wu, Papyan (2024), arXiv 2405.17767, Linguistic collapse",
  deep: "Súkeník, Lampert, Mondelli (2023), NeurIPS, arXiv 2305.13165",
  lowRank: "Súkeník, Lampert, Mondelli (2024), NeurIPS, arXiv 2405.14468",
  tunnel: "Masarczyk et al. (2023), NeurIPS, arXiv 2305.19753",
  ours: "this program",
} as const;
