import { type Metric, metricInfo, type StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import type { AxisOptions } from "../../../charts/axes/axisOptions.ts";
import { categoryAt } from "../../../charts/axes/categoryAxis.ts";
import type { ReferenceMark } from "../../../charts/chartTypes.ts";
import { meanKind } from "../../../text/meanText.ts";
import { shortNumber } from "../../../text/shortNumber.ts";
import type { GridAxisId } from "../grid/gridAxes.ts";
import { numericFloor } from "../metrics/numericFloor.ts";
import { smallestReaching } from "./smallestReaching.ts";
import { lineAxes, type StudyAxisId, studyAxes, studyAxisLabel } from "./studyAxes.ts";
import { studyCurves } from "./studyCurves.ts";
import { studyNotices } from "./studyNotices.ts";
import { categoriesOn, defaultStudyAxis, takenPlaces } from "./studyPlaces.ts";
import { curveSeries, optimumMarks, reachingMarks, theoryWedges } from "./studySeries.ts";

/** What of the signature chart a person chooses; null = as it is by itself. */
export interface StudyChoice {
  metric: StudyMetric;
  split: Split;
  over: StudyAxisId | null;
  lines: readonly GridAxisId[] | null;
  log: boolean | null;
  fit: { from: number; to: number } | null;
  tau: number | null;
}

/** The signature chart of some runs: everything that is drawn, and what is to be said of it. */
export function studyDrawing(rows: readonly RunRow[], choice: StudyChoice, rule: LeaveOutRule | undefined) {
  const { metric, split } = choice;
  const info = metricInfo[metric];
  const over = choice.over ?? defaultStudyAxis(rows);
  const { kind, title } = studyAxes[over];
  const log = choice.log ?? info.log;
  const candidates = lineAxes(rows, over);
  const lines = choice.lines?.filter((axis) => candidates.includes(axis)) ?? candidates;
  const found = studyCurves(rows, { metric, split, x: over, lines, log, fit: choice.fit, rule });
  const { curves, baselines } = found;
  const places = takenPlaces(over, rows);
  const categories = categoriesOn(over, rows);
  const categorical = categories !== null;
  const series = curveSeries(curves, baselines, rows, { metricLabel: info.label, kind, places, categorical, rule });
  const seeksWidth = over === "width" && info.direction === "less";
  const tau = choice.tau ?? info.threshold;
  const reached = seeksWidth ? curves.filter((curve) => curve.count > 0).map((curve) => smallestReaching(curve, tau)) : [];
  const wedges = theoryWedges(curves, metric, split);
  const optimum = optimumMarks(curves, metric, categorical);
  const references: ReferenceMark[] = seeksWidth ? [...optimum, { y: tau, label: `τ = ${shortNumber(tau)}` }] : optimum;
  const averaged = curves.some((curve) => curve.mean !== null);
  const floor = numericFloor(
    curves.flatMap(({ dots }) => dots.map(({ run }) => run)),
    metric as Metric,
  );
  const has = { hasSeries: series.length > 0, hasTheory: wedges.length > 0 };
  const x: AxisOptions = {
    label: studyAxisLabel(over, rows),
    kind,
    ...(categories ? { categories } : { tickValues: places }),
  };
  const y: AxisOptions = {
    label: `${info.label}${split === "test" ? " (test)" : ""}${averaged ? `, ${meanKind(log)} mean` : ""}`,
    kind: log ? "log10" : "linear",
  };
  return {
    ...{ info, over, log, candidates, lines, places, found, curves, series, references, wedges, floor, x, y, seeksWidth, tau },
    title: `${info.label} over ${title}`,
    reached,
    drops: seeksWidth ? reachingMarks(reached, curves, tau) : [],
    notices: studyNotices(found, { metric, split, log, title, categorical, rows, floor, ...has }),
    /** A place on the x axis in words. */
    placeText: (at: number) => (categories ? categoryAt(at, categories) : `${title} ${shortNumber(at)}`),
  };
}
