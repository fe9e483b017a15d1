import { activationOf, trainedNormalization } from "../../contract/config/architecture.ts";
import { classifierIn, hasOrthogonalFrame } from "../../contract/config/classifier.ts";
import { decoupledText, isDecoupled } from "../../contract/config/decayParts.ts";
import { lossText } from "../../contract/config/loss.ts";
import { effectiveRidge, layerStrength } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { notAtThisStep } from "../../contract/metrics/measuringBudget.ts";
import {
  type LayerMetric,
  type ListMetric,
  layerMetrics,
  listMetrics,
  type Metric,
  metricInfo,
} from "../../contract/metrics/metricInfo.ts";
import { listKey, type Split, seriesKey } from "../../contract/metrics/seriesKey.ts";
import { ece } from "../../math/collapse/calibration.ts";
import { classListMetrics } from "../../math/collapse/classListMetrics.ts";
import { type ClassStatistics, squaredFeatures } from "../../math/collapse/classStatistics.ts";
import { hiddenLayerMetrics, type LayerMetrics, lastLayerMetrics } from "../../math/collapse/layerMetrics.ts";
import { solutionRank } from "../../math/collapse/solutionRank.ts";
import { type Matrix, multiplyTransposed } from "../../math/linear/matrix.ts";
import { MathError } from "../../math/MathError.ts";
import { gapSplit } from "../../math/optimum/gapSplit.ts";
import { gramDistance } from "../../math/optimum/gramDistance.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import { procrustesDistance } from "../../math/optimum/procrustesDistance.ts";
import { slackTerm } from "../../math/optimum/slackObjective.ts";
import type { NoOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import type { SquaredNorms } from "../models/parameterLayout.ts";
import { ridgesOf } from "../models/ridges.ts";
import { flatnessSilence } from "./curvedLoss.ts";
import type { SplitSums } from "./splitSums.ts";
import type { Sums } from "./sums.ts";

/** Numbers by series key, and the reasons for those that do not exist. */
export interface Findings {
  values: Record<string, number>;
  missing: Record<string, string>;
  /** One number for each class, by the key of the list; null where a class has none. */
  lists: Record<string, (number | null)[]>;
}

/** What a measurement has of layers and, as lists, of classes; surveys have the rest. */
const ofLayers = layerMetrics.filter((id) => metricInfo[id].by === "measurement");
const ofClasses = listMetrics.filter((id) => metricInfo[id].scope === "class");
/** What says something on samples the network was not trained on: not the geometry of means and classifier (NC2). */
const lastTestMetrics = ofLayers.filter((id) => metricInfo[id].test !== null);
const scaledAway =
  "Pre-LN without the first LN: with the stream's scale the hidden ridge can be made as small as one likes, so a gap with it says nothing.";
const layersScaledAway =
  "Each layer is normalized behind its activation, so that its scale is free: the hidden ridge can be made as small as one likes, and a gap with it says nothing.";
const ofEveryLayer = "L* has the ridge of every layer: nothing is left for a representation part.";
const noTestSet = "free features have no test set";

/**
 * The metrics of every layer: all on the training set; on the test set NC1 about the test set's own class means and, at the last
 * layer, NC3, and NC4 with the nearest class mean of the *training* set. Free features have no test set.
 * @param every where there was no second pass: at which measurements there is one
 */
export function layerFindings(
  findings: Findings,
  config: RunConfig,
  { head, bias, onTrain, onTest }: Pick<Sums, "head" | "bias" | "onTrain" | "onTest">,
  every: number,
): void {
  const orthogonal = hasOrthogonalFrame(config);
  if (!onTest) for (const id of lastTestMetrics) findings.missing[seriesKey("test", id, onTrain.statistics.length)] = noTestSet;
  for (const [split, sums] of [["train", onTrain] as const, ["test", onTest] as const]) {
    if (!sums) continue;
    const last = sums.statistics.length - 1;
    sums.statistics.forEach((statistics, l) => {
      const wanted = (id: string) => isWanted(id as LayerMetric, split, l === last, orthogonal);
      const given = { statistics, moments: sums.moments[l], wanted };
      const layer =
        l === last ? lastLayerMetrics({ ...given, weights: head, bias, cosines: sums.cosines }) : hiddenLayerMetrics(given);
      const isSpared = every > 1 && sums.moments[l] === undefined;
      addLayer(findings, split, l + 1, layer, (id) =>
        isSpared && metricInfo[id as LayerMetric].cost === "second pass" ? notAtThisStep(every) : null,
      );
    });
  }
}

/** Whether the table of metrics asks for one at a layer of a split. */
function isWanted(id: LayerMetric, split: Split, isLast: boolean, orthogonal: boolean): boolean {
  const { test, orthogonalOnly } = metricInfo[id];
  if (split === "train") return !orthogonalOnly || orthogonal;
  return test === "everywhere" || (test === "last layer" && isLast);
}

/** What of the last layer there is one number for each class of; on the test set what needs no geometry of means and classifier. */
export function classFindings(findings: Findings, head: Matrix, onTrain: SplitSums, onTest: SplitSums | null): void {
  const layer = onTrain.statistics.length;
  for (const [split, sums] of [["train", onTrain] as const, ["test", onTest] as const]) {
    const keyOf = (id: ListMetric) => listKey(split, id, metricInfo[id].layers === null ? undefined : layer);
    const wanted = (id: string) => split === "train" || metricInfo[id as ListMetric].test !== null;
    if (!sums) {
      for (const id of ofClasses.filter(wanted)) findings.missing[keyOf(id)] = noTestSet;
      continue;
    }
    const statistics = sums.statistics[layer - 1];
    const lists = classListMetrics({ statistics, rights: sums.rights, weights: head, wanted });
    for (const [id, numbers] of Object.entries(lists.values) as [ListMetric, (number | null)[]][])
      findings.lists[keyOf(id)] = numbers;
    for (const [id, reason] of Object.entries(lists.undefined) as [ListMetric, string][])
      findings.missing[keyOf(id)] = reason.slice(0, 200);
  }
}

function addLayer(
  findings: Findings,
  split: Split,
  layer: number,
  metrics: LayerMetrics,
  leftOut: (id: string) => string | null,
): void {
  for (const [id, value] of Object.entries(metrics.values) as [LayerMetric, number][])
    findings.values[seriesKey(split, id, layer)] = value;
  for (const [id, reason] of Object.entries(metrics.undefined) as [LayerMetric, string][])
    findings.missing[seriesKey(split, id, layer)] = (leftOut(id) ?? reason).slice(0, 200);
}

/** What the objective's terms are made of. */
interface ObjectiveInput {
  config: RunConfig;
  squared: SquaredNorms;
  head: Matrix;
  optimum: Optimum | NoOptimum;
  onTrain: SplitSums;
  onTest: SplitSums | null;
  /** At which measurements there is a second pass. */
  every: number;
}

/** Fit, accuracy, every penalty, J, the gap to L* split exactly, and the two distances; J is that of the whole training set. */
export function objectiveFindings(findings: Findings, input: ObjectiveInput): void {
  const { config, squared, optimum, onTrain, onTest, head, every } = input;
  const put = (metric: Metric, value: number) => {
    findings.values[seriesKey("train", metric)] = value;
  };
  const lack = (metrics: Metric[], reason: string) => {
    for (const metric of metrics) findings.missing[seriesKey("train", metric)] = reason.slice(0, 200);
  };
  const attempt = (metric: Metric, compute: () => number) => {
    try {
      put(metric, compute());
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      lack([metric], error.message);
    }
  };
  put("fit", onTrain.fit);
  put("accuracy", onTrain.accuracy);
  for (const metric of ["fit", "accuracy"] as const) {
    if (onTest) findings.values[seriesKey("test", metric)] = onTest[metric];
    else findings.missing[seriesKey("test", metric)] = noTestSet;
  }
  for (const [split, sums] of [["train", onTrain] as const, ["test", onTest] as const]) {
    if (sums?.calibration) findings.values[seriesKey(split, "ece")] = ece(sums.calibration);
    else
      findings.missing[seriesKey(split, "ece")] = sums ? `${lossText(config)} makes no probabilities of the logits` : noTestSet;
  }
  if (onTrain.flatness !== null && Number.isFinite(onTrain.flatness)) put("flatness", onTrain.flatness);
  else
    lack(
      ["flatness"],
      flatnessSilence(config) ?? (every > 1 ? notAtThisStep(every) : `Relative flatness came out as ${onTrain.flatness}.`),
    );
  const last = onTrain.statistics[onTrain.statistics.length - 1];
  const penalties = penaltiesOf(config, squared, head, last);
  for (const [metric, value] of Object.entries(penalties) as [Metric, number][]) put(metric, value);
  if (Object.keys(penalties).length === 0)
    lack(["ridge.head", "ridge.hidden"], isDecoupled(config) ? decoupledText : "The objective has no ridge.");
  const { "ridge.hidden": hidden = 0, ...others } = penalties;
  const ofHead = Object.values(others).reduce((sum, value) => sum + value, 0);
  put("loss", onTrain.fit + ofHead + hidden);
  if (config.architecture === "dufm") {
    attempt("solution.rank", () => Math.min(...onTrain.statistics.map(({ means }) => solutionRank(means))));
    attempt("product.rank", () => solutionRank(multiplyTransposed(last.means, head)));
  }
  const compared: Metric[] = ["gap.total", "gap.head", "gap.representation", "distance.procrustes", "distance.gram"];
  if (optimum.method === "none") {
    lack(compared, optimum.reason);
    return;
  }
  const isDeep = config.architecture === "dufm"; // whose optimum is of all layers
  const [headRidge, representationRidge] = isDeep ? [ofHead + hidden, 0] : [ofHead, hidden];
  if (optimum.loss === 0) lack(compared.slice(0, 3), "L* is 0: the loss itself is the gap.");
  else gaps(config, optimum.loss, { fit: onTrain.fit, headRidge, representationRidge }, put, lack);
  if (isLengthFree(config)) lack(["distance.procrustes"], noLength);
  else if (optimum.slack > 0)
    lack(["distance.procrustes"], "With slack, optimal classifiers differ by more than a rotation: outside the features' span.");
  else attempt("distance.procrustes", () => Math.sqrt(procrustesDistance(last, head, optimum).squared));
  attempt("distance.gram", () => gramDistance(last, head, optimum));
}

/** The gap and its two parts, over L* > 0. */
function gaps(
  config: RunConfig,
  optimalLoss: number,
  terms: Parameters<typeof gapSplit>[0],
  put: (metric: Metric, value: number) => void,
  lack: (metrics: Metric[], reason: string) => void,
): void {
  const { relative } = gapSplit(terms, optimalLoss);
  put("gap.head", relative.head);
  const isFree = scaleText(config);
  if (terms.representationRidge > 0 && isFree !== null) lack(["gap.total", "gap.representation"], isFree);
  else {
    put("gap.total", relative.total);
    if (config.architecture === "dufm") lack(["gap.representation"], ofEveryLayer);
    else put("gap.representation", relative.representation);
  }
}

/** Whether no logit depends on how long the measured features are. */
const isLengthFree = (config: RunConfig): boolean =>
  config.architecture === "mlp" && config.normalization === "none" && classifierIn(config)?.name === "normalized";
const noLength = "Features are measured before the classifier normalizes them, and no logit depends on their length.";

/** Why hidden weights can be as small as one likes; null where they cannot. */
function scaleText(config: RunConfig): string | null {
  const { architecture, normalization, regularizer } = config;
  if (trainedNormalization(architecture, config) === "pre-ln-open") return scaledAway;
  const kind = activationOf(config);
  if (architecture !== "mlp" || (kind !== "relu" && kind !== "linear")) return null;
  return normalization === "none" && regularizer.family === "features" ? null : layersScaledAway;
}

/** Every penalty of the run's objective at these parameters; none where decay is not all of it, or there is none. */
function penaltiesOf(
  config: RunConfig,
  squares: SquaredNorms,
  head: Matrix,
  last: ClassStatistics,
): Partial<Record<Metric, number>> {
  const { architecture, regularizer, depth, headBias } = config;
  if (isDecoupled(config)) return {};
  const strength = effectiveRidge(regularizer, depth);
  const ridges = ridgesOf(strength, squares);
  const ofHead = { "ridge.head": ridges.head };
  const hidden = { "ridge.hidden": ridges.hidden };
  const ofBias: Partial<Record<Metric, number>> = headBias && strength.headBias > 0 ? { "ridge.bias": ridges.headBias } : {};
  switch (regularizer.family) {
    case "weights":
      return { ...ofHead, ...hidden, ...ofBias };
    case "slack":
      return { ...ofHead, ...hidden, slack: slackTerm(head, regularizer).value };
    case "features":
      return {
        ...ofHead,
        ...(architecture === "dufm" ? { "ridge.hidden": ridgeOfLayers(strength, squares) } : strength.hidden > 0 ? hidden : {}),
        // Deep free features are parameters below all layers.
        "ridge.features": (strength.features / 2) * (architecture === "dufm" ? squares.features : squaredFeatures(last)),
        ...ofBias,
      };
    default:
      return {};
  }
}

/** Σ (λ_l/2) ‖W_l‖² over the hidden matrices of deep free features. */
function ridgeOfLayers(strengths: ReturnType<typeof effectiveRidge>, { layers }: SquaredNorms): number {
  return Object.entries(layers).reduce((sum, [l, square]) => sum + (layerStrength(strengths, Number(l)) / 2) * square, 0);
}
