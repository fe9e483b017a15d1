import { theorySlopes } from "../../../../contract/metrics/metricFacts.ts";
import type { StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import { theorySilence, theorySpeaks } from "../../../../contract/theory/theorySlopes.ts";
import { bandClaim } from "../../../text/slopeText.ts";
import type { StudyCurve } from "./studyCurves.ts";

export const theoryBand = "−1/2…−1/4";

const runsOf = (curve: StudyCurve) => curve.points.flatMap((point) => point.runs);

/** Whether the theorems say what the slope of a curve is to be: of every run behind it. */
export const theorySpeaksOf = (curve: StudyCurve, metric: StudyMetric, split: Split): boolean =>
  curve.x === "depth" && curve.fit !== null && runsOf(curve).every(({ config }) => theorySpeaks(metric, split, config));

/** Why they say nothing of some curves over depth, each reason once. */
export function theorySilences(curves: readonly StudyCurve[], metric: StudyMetric, split: Split): string[] {
  const fitted = curves.filter((curve) => curve.x === "depth" && curve.fit !== null);
  const reasons = fitted.flatMap((curve) => runsOf(curve).flatMap(({ config }) => theorySilence(metric, split, config) ?? []));
  return [...new Set(reasons)];
}

/** How a curve's slope compares with the theory's band; claims a side only if the entire 95 % interval is on it. */
export function theoryVerdict({ fit }: StudyCurve): string | null {
  if (fit === null) return null;
  if (fit.standardError === null) return `theory: ${theoryBand}, cannot be judged without an error`;
  switch (bandClaim(fit, theorySlopes)) {
    case "within":
      return `within the theory's ${theoryBand}`;
    case "steeper":
      return `steeper than the theory's ${theoryBand}`;
    case "flatter":
      return `flatter than the theory's ${theoryBand}`;
    case "open":
      return `theory: ${theoryBand}, undecided, as the interval contains one of its ends`;
  }
}

/** The verdict on each curve that the theorems speak of, by the curve's key; null where they speak of none. */
export function theoryVerdicts(curves: readonly StudyCurve[], metric: StudyMetric, split: Split): Map<string, string> | null {
  const spoken = curves.filter((curve) => theorySpeaksOf(curve, metric, split));
  return spoken.length === 0 ? null : new Map(spoken.map((curve) => [curve.key, theoryVerdict(curve) ?? ""]));
}
