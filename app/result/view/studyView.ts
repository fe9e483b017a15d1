import { type Attack, type AttackNorm, attackNorms, attacks } from "../../../contract/config/afterTraining.ts";
import { type DetectionScore, detectionScores, type KnownSplit, knownSplits } from "../../../contract/metrics/detectionScores.ts";
import type { StudyMetric } from "../../../contract/metrics/metricInfo.ts";
import { studyMetrics } from "../../../contract/metrics/metricPlaces.ts";
import type { GridAxisId } from "../model/grid/gridAxes.ts";
import { type ProbeLayer, probeLayers } from "../model/metrics/evaluations.ts";
import { flag, linesOf, numberOf, oneOf, positiveOf, rangeOf, writeFlag, writeLines, writeRange } from "./addressValues.ts";

/** What a person can choose in the views of the kinds of study: thresholds, attacks, and which views are open. */
export interface StudyView {
  /** Threshold of "smallest width that reaches"; null = the metric's default. */
  tau: number | null;
  /** Range of x that slopes of the study's curves are from; null = all. */
  fit: { from: number; to: number } | null;
  /** Whether the view of convergence speed is open; null = if the regularizer varies. */
  speed: boolean | null;
  speedMetric: StudyMetric;
  speedTau: number | null;
  /** Threshold of the gap to the UFM optimum, over L*. */
  speedGap: number | null;
  speedLines: GridAxisId[] | null;
  /** Ordinal of a run shown with its other imbalances and seeds; null = the first. */
  imbalanceRun: number | null;
  /** The one seed of the imbalance view; null = the mean over all. */
  imbalanceSeed: number | null;
  /** Whether the certificate is open; null = if networks grew or were polished. */
  certificate: boolean | null;
  evalLines: GridAxisId[] | null;
  attack: Attack | null;
  norm: AttackNorm | null;
  epsilon: number | null;
  /** Metric that accuracies are plotted against. */
  against: StudyMetric;
  probe: ProbeLayer;
  /** Score whose AUROC is plotted, and of which split against the second set. */
  score: DetectionScore;
  known: KnownSplit;
  /** Whether it is plotted against the depth in place of `against`. */
  overDepth: boolean | null;
}

const defaults = { speedMetric: "nc1.ratio", against: "nc1.ratio", probe: "last", score: "msp", known: "test" } as const;

export const readStudyView = (get: (name: string) => string | null): StudyView => ({
  tau: positiveOf(get("tau")),
  fit: rangeOf(get("fit")),
  speed: flag(get("speed")),
  speedMetric: oneOf(studyMetrics, get("speedMetric")) ?? defaults.speedMetric,
  speedTau: positiveOf(get("speedTau")),
  speedGap: positiveOf(get("speedGap")),
  speedLines: linesOf(get("speedLines")),
  imbalanceRun: numberOf(get("imbalanceRun")),
  imbalanceSeed: numberOf(get("imbalanceSeed")),
  certificate: flag(get("certificate")),
  evalLines: linesOf(get("evalLines")),
  attack: oneOf(attacks, get("attack")),
  norm: oneOf(attackNorms, get("norm")),
  epsilon: positiveOf(get("eps")),
  against: oneOf(studyMetrics, get("against")) ?? defaults.against,
  probe: oneOf(probeLayers, get("probe")) ?? defaults.probe,
  score: oneOf(detectionScores, get("score")) ?? defaults.score,
  known: oneOf(knownSplits, get("known")) ?? defaults.known,
  overDepth: flag(get("overDepth")),
});

/** Parameters of the address for one change; null takes one out. */
export function studyPatch(name: keyof StudyView, value: never): Record<string, string | number | null> {
  switch (name) {
    case "fit":
      return { fit: writeRange(value) };
    case "speed":
    case "certificate":
    case "overDepth":
      return { [name]: writeFlag(value) };
    case "speedLines":
    case "evalLines":
      return { [name]: writeLines(value) };
    case "epsilon":
      return { eps: value };
    case "speedMetric":
    case "against":
    case "probe":
    case "score":
    case "known":
      return { [name]: value === defaults[name] ? null : value };
    default:
      return { [name]: value };
  }
}
