import { type ExternalObjective, hasTrainedRows } from "../../../contract/external/externalObjective.ts";
import {
  type LayerMetric,
  type ListMetric,
  layerMetrics,
  type Metric,
  metricInfo,
} from "../../../contract/metrics/metricInfo.ts";
import { picturedClasses } from "../../../contract/metrics/picturedClasses.ts";
import { listKey, type Split, seriesKey } from "../../../contract/metrics/seriesKey.ts";
import { classListMetrics } from "../../../math/collapse/classListMetrics.ts";
import { type ClassStatistics, squaredFeatures } from "../../../math/collapse/classStatistics.ts";
import { type GeometryPicture, geometryPicture } from "../../../math/collapse/geometryPicture.ts";
import { hiddenLayerMetrics, type LayerMetrics, lastLayerMetrics } from "../../../math/collapse/layerMetrics.ts";
import { type Matrix, matrix, rowDot } from "../../../math/linear/matrix.ts";
import { MathError } from "../../../math/MathError.ts";
import { gapSplit } from "../../../math/optimum/gapSplit.ts";
import { gramDistance } from "../../../math/optimum/gramDistance.ts";
import type { Optimum } from "../../../math/optimum/optimum.ts";
import { procrustesDistance } from "../../../math/optimum/procrustesDistance.ts";
import type { NoOptimum } from "../../../math/optimum/unconstrainedOptimum.ts";
import type { SplitSums } from "./decodeSums.ts";

/** Numbers by series key, and the reasons for those that do not exist. */
export interface ExternalFindings {
  values: Record<string, number>;
  missing: Record<string, string>;
  /** One number for each class, by the key of the list; null where a class has none. */
  lists: Record<string, (number | null)[]>;
  /** Of the run's last layer on the training set, not yet turned to the picture before; null where there is none. */
  picture: GeometryPicture | null;
}

export interface Measured {
  sums: SplitSums;
  /** Number of each of its layers among those of the run, from 1. */
  places: number[];
  /** Layers of the run. */
  layers: number;
  objective: ExternalObjective | null;
  /** null where no objective is stated. */
  optimum: Optimum | NoOptimum | null;
}

/** What class sums say of layers. */
const ofLayers = layerMetrics.filter((id) => metricInfo[id].by === "measurement");
const noHead = "no classifier was given: NC2 here is of the class means, and NC4 is against the labels";

/** All measures of what was added up of a split, by the formulas of a run that is trained here. */
export function externalFindings(given: Measured): ExternalFindings {
  const measured = withOwnRows(given);
  const findings: ExternalFindings = { values: {}, missing: {}, lists: {}, picture: null };
  layerFindings(findings, measured);
  objectiveFindings(findings, measured);
  pictureFindings(findings, measured);
  classFindings(findings, measured);
  leaveOutOverflow(findings);
  return findings;
}

/** Rows that the logits see divided by their norms are measured as such. */
function withOwnRows(measured: Measured): Measured {
  const { sums, objective } = measured;
  if (objective?.rows !== "unit" || !sums.head) return measured;
  return { ...measured, sums: { ...sums, head: { ...sums.head, weights: unitRows(sums.head.weights) } } };
}

/** Squares of finite numbers may be too large for one. */
function leaveOutOverflow({ values, missing }: ExternalFindings): void {
  for (const [key, value] of Object.entries(values)) {
    if (Number.isFinite(value)) continue;
    delete values[key];
    missing[key] = `came out as ${value}: what was sent is too large`;
  }
}

/** All on the training set; on the test set NC1, and at the last layer NC3 and NC4 with the class means of the training set. */
function layerFindings(findings: ExternalFindings, { sums, places, objective }: Measured): void {
  const { split, layers, hasLast, head, cosines } = sums;
  const isOrthogonal = objective?.loss === "mse" && objective.bias === "none" && hasTrainedRows(objective);
  layers.forEach(({ statistics, moments }, at) => {
    const isLast = hasLast && at === layers.length - 1;
    const wanted = (id: string) => {
      const { test, orthogonalOnly } = metricInfo[id as LayerMetric];
      if (split === "train") return !orthogonalOnly || isOrthogonal;
      return test === "everywhere" || (test === "last layer" && isLast);
    };
    const given = { statistics, ...(moments && { moments }), wanted };
    try {
      const metrics =
        isLast && head
          ? lastLayerMetrics({ ...given, weights: head.weights, bias: head.bias, ...(cosines && { cosines }) })
          : hiddenLayerMetrics({ ...given, isLast });
      const layer = places[at]!;
      addLayer(findings, split, layer, metrics);
      if (isLast && !head) withoutHead(findings, split, layer, wanted);
    } catch (error) {
      // A class without samples: no measure of the layer exists.
      if (!(error instanceof MathError)) throw error;
      for (const id of ofLayers)
        if (wanted(id)) findings.missing[seriesKey(split, id, places[at]!)] = error.message.slice(0, 200);
    }
  });
}

/** What of the run's last layer there is one number for each class of. Sums of classes do not say which samples were classified correctly. */
function classFindings(findings: ExternalFindings, { sums, places, layers }: Measured): void {
  const { split, head, hasLast } = sums;
  const last = sums.layers.at(-1);
  if (!last || !hasLast || places.at(-1) !== layers) return;
  const keyOf = (id: ListMetric) => listKey(split, id, metricInfo[id].layers === null ? undefined : layers);
  const wanted = (id: string) => split === "train" || metricInfo[id as ListMetric].test !== null;
  const lists = classListMetrics({ statistics: last.statistics, ...(head && { weights: head.weights }), wanted });
  for (const [id, numbers] of Object.entries(lists.values) as [ListMetric, (number | null)[]][])
    findings.lists[keyOf(id)] = numbers;
  for (const [id, reason] of Object.entries(lists.undefined) as [ListMetric, string][])
    findings.missing[keyOf(id)] = reason.slice(0, 200);
}

function pictureFindings(findings: ExternalFindings, { sums, places, layers }: Measured): void {
  const last = sums.layers.at(-1);
  if (!last || !sums.hasLast || sums.split !== "train" || places.at(-1) !== layers) return;
  const { classes } = last.statistics;
  const shown = picturedClasses(classes);
  try {
    findings.picture = geometryPicture(last.statistics, sums.head?.weights ?? null, shown.length < classes ? shown : null);
  } catch (error) {
    if (!(error instanceof MathError)) throw error;
    findings.missing.geometry = error.message.slice(0, 200);
  }
}

/** What is measured of class means is that of a hidden layer; where it has names of its own at the last one, it has these too. */
function withoutHead(findings: ExternalFindings, split: Split, layer: number, wanted: (id: string) => boolean): void {
  const { values, missing } = findings;
  for (const id of ofLayers) {
    const ofMeans = metricInfo[id].lastMeans as LayerMetric | null; // of the same sums
    const value = values[seriesKey(split, id, layer)];
    if (ofMeans !== null && value !== undefined && wanted(ofMeans)) values[seriesKey(split, ofMeans, layer)] = value;
  }
  for (const id of ofLayers) if (metricInfo[id].needsHead && wanted(id)) missing[seriesKey(split, id, layer)] = noHead;
}

function addLayer(findings: ExternalFindings, split: Split, layer: number, metrics: LayerMetrics): void {
  for (const [id, value] of Object.entries(metrics.values) as [LayerMetric, number][])
    findings.values[seriesKey(split, id, layer)] = value;
  for (const [id, reason] of Object.entries(metrics.undefined) as [LayerMetric, string][])
    findings.missing[seriesKey(split, id, layer)] = reason.slice(0, 200);
}

const compared = ["gap.total", "gap.head", "gap.representation", "distance.procrustes", "distance.gram"] as const;

/** Fit and accuracy as they were sent; where an objective is stated, its terms, J, the gap to L* and the two distances. */
function objectiveFindings(findings: ExternalFindings, measured: Measured): void {
  const { sums, objective } = measured;
  const { split, fit, accuracy, head, layers, hasLast } = sums;
  const { values, missing } = findings;
  if (fit !== null) values[seriesKey(split, "fit")] = fit;
  if (accuracy !== null) values[seriesKey(split, "accuracy")] = accuracy;
  if (split === "test" || objective === null) return;
  const lack = (metrics: readonly Metric[], reason: string) => {
    for (const metric of metrics) missing[seriesKey("train", metric)] = reason.slice(0, 200);
  };
  if (!hasLast) lack(["loss", ...compared], "the last layer could not be measured");
  else if (!head) lack(["loss", ...compared], "no classifier was given");
  else if (objective.bias === "penalized" && !head.bias)
    lack(["loss", ...compared], "the objective penalizes a bias, and none was given");
  else compare(findings, lack, { ...measured, objective, head, statistics: layers.at(-1)!.statistics });
}

interface Compared extends Measured {
  objective: ExternalObjective;
  head: NonNullable<SplitSums["head"]>;
  statistics: ClassStatistics;
}

function compare(
  { values }: ExternalFindings,
  lack: (metrics: readonly Metric[], reason: string) => void,
  { sums: { fit, hiddenSquares }, objective, optimum, head, statistics }: Compared,
): void {
  const put = (metric: Metric, value: number) => {
    values[seriesKey("train", metric)] = value;
  };
  const { weightDecay = 0, featureDecay, hiddenDecay, bias, biasDecay = 0 } = objective;
  const penalties: Partial<Record<Metric, number>> = {
    ...(hasTrainedRows(objective) && { "ridge.head": (weightDecay / 2) * sumOfSquares(head.weights.data) }),
    ...(featureDecay !== undefined && { "ridge.features": (featureDecay / 2) * squaredFeatures(statistics) }),
    ...(bias === "penalized" && head.bias && { "ridge.bias": (biasDecay / 2) * sumOfSquares(head.bias) }),
  };
  const hidden = hiddenDecay === undefined ? 0 : hiddenSquares === null ? null : (hiddenDecay / 2) * hiddenSquares;
  for (const [metric, value] of Object.entries(penalties) as [Metric, number][]) put(metric, value);
  if (hiddenDecay !== undefined && hidden !== null) put("ridge.hidden", hidden);
  const ofHead = Object.values(penalties).reduce((sum, value) => sum + value, 0);
  if (fit === null) lack(["loss"], "the fit was not sent");
  else if (hidden === null) lack(["loss"], noSquares);
  else put("loss", fit + ofHead + hidden);
  if (optimum === null || optimum.method === "none") {
    lack(compared, optimum?.reason ?? "the optimum is not known");
    return;
  }
  if (objective.rows === "simplex" && !isUnitSimplex(head.weights)) {
    lack(compared, "the objective says a fixed simplex, and the classifier's rows are not unit vectors of cosine −1/(K − 1)");
    return;
  }
  const attempt = (metrics: readonly Metric[], work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      lack(metrics, error.message);
    }
  };
  if (fit === null) lack(["gap.total", "gap.head", "gap.representation"], "the fit was not sent");
  else
    attempt(["gap.total", "gap.head", "gap.representation"], () => {
      const { relative } = gapSplit({ fit, headRidge: ofHead, representationRidge: hidden ?? 0 }, optimum.loss);
      put("gap.head", relative.head);
      if (hidden === null || hiddenDecay === undefined)
        lack(["gap.total", "gap.representation"], hidden === null ? noSquares : noHiddenDecay);
      else {
        put("gap.total", relative.total);
        put("gap.representation", relative.representation);
      }
    });
  if (objective.features === "normalized") lack(["distance.procrustes"], noLength);
  else
    attempt(["distance.procrustes"], () =>
      put("distance.procrustes", Math.sqrt(procrustesDistance(statistics, head.weights, optimum).squared)),
    );
  attempt(["distance.gram"], () => put("distance.gram", gramDistance(statistics, head.weights, optimum)));
}

const noLength = "features are measured before the head normalizes them, and no logit depends on their length";
const noSquares = "the squares of the hidden weights were not sent";
const noHiddenDecay = "the objective states no hiddenDecay: of the gap, the head's part alone is known";

const sumOfSquares = (numbers: Float64Array): number => numbers.reduce((sum, value) => sum + value * value, 0);

/** A row of zeros, which has no direction, stays one. */
function unitRows(weights: Matrix): Matrix {
  const unit = matrix(weights.rows, weights.cols, Float64Array.from(weights.data));
  for (let k = 0; k < unit.rows; k++) {
    const row = unit.data.subarray(k * unit.cols, (k + 1) * unit.cols);
    const norm = Math.sqrt(sumOfSquares(row));
    if (norm > 0) for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) / norm;
  }
  return unit;
}

/** To what float32 weights leave of it. */
function isUnitSimplex(weights: Matrix): boolean {
  const { rows } = weights;
  for (let k = 0; k < rows; k++)
    for (let l = 0; l <= k; l++)
      if (Math.abs(rowDot(weights, k, weights, l) - (k === l ? 1 : -1 / (rows - 1))) > 1e-4) return false;
  return true;
}
