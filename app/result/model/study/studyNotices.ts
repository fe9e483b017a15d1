import type { StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { countOf } from "../../../text/formatNumber.ts";
import { meanKind } from "../../../text/meanText.ts";
import { budgetText } from "../metrics/measuredAt.ts";
import { floorText, type NumericFloor } from "../metrics/numericFloor.ts";
import type { StudyCurves } from "./studyCurves.ts";
import { theoryBand, theorySilences } from "./theoryText.ts";

/** "no theory's slope: no theorem covers Conv; …": said once, whatever the reasons. */
const silenceText = (reasons: readonly string[]): string | null =>
  reasons.length === 0 ? null : `no theory's slope: ${reasons.join("; ")}`;

interface Drawn {
  metric: StudyMetric;
  split: Split;
  log: boolean;
  /** "depth". */
  title: string;
  categorical: boolean;
  rows: readonly RunRow[];
  floor: NumericFloor | null;
  hasSeries: boolean;
  hasTheory: boolean;
}

/** What is to be known of the signature chart: how its means, bands and slopes are made, and what is left out of them. */
export function studyNotices(found: StudyCurves, drawn: Drawn): (string | null)[] {
  const { curves, baselines } = found;
  const { metric, split, log, title, categorical } = drawn;
  const points = [...curves.flatMap((curve) => curve.points), ...baselines];
  const omitted = points.reduce((sum, point) => sum + point.omitted, 0);
  const fitted = curves.some((curve) => curve.fit);
  return [
    floorText(drawn.floor),
    budgetText(drawn.rows, metric),
    points.some((point) => point.low !== null)
      ? `${meanKind(log)} mean with 95 % ${categorical ? "bar" : "band"} over seeds`
      : null,
    fitted ? `slopes by least squares on log-log axes through the mean at each ${title}, all of equal weight` : null,
    drawn.hasTheory ? `grey sector: theory's slopes ${theoryBand} through the fit` : null,
    fitted && /^nc[123]/.test(metric) ? silenceText(theorySilences(curves, metric, split)) : null,
    log && drawn.hasSeries && /^(nc|gap|distance)/.test(metric) ? "the optimum is 0, which a log axis cannot show" : null,
    points.some((point) => point.unfinished) ? "hollow: still training" : null,
    baselines.length > 0 ? `drawn across: runs that have no place on the ${title} axis` : null,
    omitted > 0 ? `${countOf(omitted, "value")} not above 0 left out of the means` : null,
    found.endedBadly > 0 ? `${countOf(found.endedBadly, "run")} ended without a result, left out` : null,
  ];
}
