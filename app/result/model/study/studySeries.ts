import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { theorySlopes } from "../../../../contract/metrics/metricFacts.ts";
import type { StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import { askedAccuracy, type LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import type { ChartSeries, DropMark, ReferenceMark, Wedge } from "../../../charts/chartTypes.ts";
import type { LineStyle } from "../../../charts/lineStyle.ts";
import { readable, shortNumber } from "../../../text/shortNumber.ts";
import { apart, type DataTag } from "../grid/dataVersions.ts";
import type { CurveRun, SeedCurve } from "./seedCurve.ts";
import { asideOf, type CurveDrawing, seedCurveSeries } from "./seedCurveSeries.ts";
import type { Reaching } from "./smallestReaching.ts";
import { studyAxes } from "./studyAxes.ts";
import type { Baseline, StudyCurve } from "./studyCurves.ts";
import { styleAmong } from "./studyStyle.ts";
import { theoryBand, theorySpeaksOf } from "./theoryText.ts";

interface StudyDrawing extends Omit<CurveDrawing, "axis"> {
  rule?: LeaveOutRule;
}

/** What is drawn of the curves of a study, and of the runs without a place on its axis; see seedCurveSeries. */
export function curveSeries(
  curves: readonly StudyCurve[],
  baselines: readonly Baseline[],
  rows: readonly RunRow[],
  { rule, ...drawing }: StudyDrawing,
): ChartSeries[] {
  const seeds = [...new Set(rows.map((row) => row.config.seed))].sort((a, b) => a - b);
  const leftOut = (run: RunRow) => (rule ? `, left out: training accuracy below ${shortNumber(askedAccuracy(run, rule))}` : "");
  const axis = curves[0] === undefined ? "" : studyAxes[curves[0].x].title;
  return seedCurveSeries<RunRow, StudyCurve, Baseline>(
    curves,
    baselines,
    { ...drawing, axis },
    {
      styleOf: styled(curves),
      acrossStyleOf: styled(baselines),
      seeds: seeds.length,
      seedIndex: (run) => seeds.indexOf(run.config.seed),
      noteOf: ({ run, unconverged }) => `seed ${run.config.seed}${unconverged ? leftOut(run) : ""}`,
    },
  );
}

/** Styles of lines drawn together; of one alone whatever it is. */
function styled<Line extends { config: RunConfig; data: DataTag }>(lines: readonly Line[]): (line: Line) => LineStyle {
  const styleOf = styleAmong(lines.length > 1 ? lines.map((line) => line.config) : []);
  return (line) => apart(styleOf(line.config), line.data);
}

/** Theory's sector of slopes through the fit of each curve that the theorems speak of; none where there are too many to tell them apart. */
export function theoryWedges(curves: readonly StudyCurve[], metric: StudyMetric, split: Split): Wedge[] {
  const spoken = curves.filter((curve) => theorySpeaksOf(curve, metric, split));
  if (spoken.length > 3) return [];
  return spoken.flatMap((curve) => {
    if (!curve.fit) return [];
    const { from, to } = curve.fit;
    const x = Math.sqrt(from * to);
    const y = 10 ** (curve.fit.intercept + curve.fit.slope * Math.log10(x));
    const label = `theory's slopes ${theoryBand}${curve.label === "" ? "" : `, ${curve.label}`}`;
    return [{ x, y, slopes: theorySlopes, from, to, label }];
  });
}

type WithOptimum = CurveRun & Pick<RunRow, "optimum">;

/** Value that a metric has at the optimum of a run's objective, where that can be drawn. */
function atOptimum(metric: StudyMetric, run: WithOptimum): number | null {
  if (run.optimum === null) return null;
  if (metric === "loss") return run.optimum.loss;
  if (metric === "fit") return run.optimum.fit;
  return metric === "ridge.head" || metric === "ridge.total" ? run.optimum.ridge : null;
}

/** L* and its parts as dashed lines; along the curve where the objective changes with x, and at each category that has one. */
export function optimumMarks(
  curves: readonly SeedCurve<WithOptimum>[],
  metric: StudyMetric,
  categorical = false,
): ReferenceMark[] {
  const single = curves.length === 1;
  const marks: ReferenceMark[] = [];
  const seen = new Set<string>();
  for (const curve of curves) {
    const points = curve.points.flatMap(({ x, runs }) => {
      const y = runs[0] ? atOptimum(metric, runs[0]) : null;
      return y === null ? [] : [{ x, y }];
    });
    const first = points[0];
    const shape = JSON.stringify(points.map((point) => point.y));
    if (first === undefined || seen.has(shape)) continue;
    seen.add(shape);
    const half = 0.9 * asideOf(curves, curve).width;
    const at = (x: number) => x + asideOf(curves, curve).aside;
    const pieces = categorical ? points.map(({ x, y }) => ({ from: at(x) - half, to: at(x) + half, y })) : undefined;
    const constant = points.every((point) => point.y === first.y);
    const numeric = curve.points.some(({ runs }) => runs[0]?.optimum?.method === "numeric") ? " (numeric)" : "";
    const name = `${metric === "loss" ? "L*" : "UFM optimum"}${numeric}`;
    const whose = single ? "" : `, ${curve.label}`;
    marks.push(
      pieces
        ? { y: first.y, label: `${name}${whose}`, pieces }
        : constant
          ? { y: first.y, label: `${name} = ${readable(first.y)}${whose}` }
          : { y: first.y, label: `${name}${whose}`, points },
    );
  }
  return marks;
}

/** Where each curve first reaches the threshold, in the curve's colour. */
export function reachingMarks(reached: readonly Reaching[], curves: readonly StudyCurve[], threshold: number): DropMark[] {
  const styleOf = styleAmong(curves.length > 1 ? curves.map((curve) => curve.config) : []);
  return reached.flatMap((one) => {
    const curve = curves.find(({ key }) => key === one.key);
    return one.x === null || curve === undefined
      ? []
      : [{ id: one.key, x: one.x, y: threshold, label: shortNumber(one.x), colour: styleOf(curve.config).colour }];
  });
}
