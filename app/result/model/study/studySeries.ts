import { theorySlopes } from "../../../../contract/metrics/metricFacts.ts";
import type { StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import { askedAccuracy, type LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { type AxisKind, fromPlot, toPlot } from "../../../charts/axes/plotCoordinates.ts";
import type { ChartSeries, DropMark, ReferenceMark, Wedge } from "../../../charts/chartTypes.ts";
import type { LineStyle } from "../../../charts/lineStyle.ts";
import { meanText } from "../../../text/meanText.ts";
import { readable, shortNumber } from "../../../text/shortNumber.ts";
import { apart } from "../grid/dataVersions.ts";
import type { Reaching } from "./smallestReaching.ts";
import { type Baseline, baselineLegend, curveLegend, type StudyCurve, type StudyDot } from "./studyCurves.ts";
import { styleAmong } from "./studyStyle.ts";
import { theoryBand, theorySpeaksOf } from "./theoryText.ts";

/** Width of a curve's place within a category, and how far to the side of the category's middle it stands. */
function asideOf(curves: readonly StudyCurve[], curve: StudyCurve): { width: number; aside: number } {
  const width = Math.min(0.3, 0.8 / curves.length);
  return { width, aside: width * (curves.indexOf(curve) - (curves.length - 1) / 2) };
}

/** Moves dots of different seeds apart, by a little of the axis. */
function dodger(rows: readonly RunRow[], { kind, places, categorical }: StudyDrawing): (dot: StudyDot, width: number) => number {
  const seeds = [...new Set(rows.map((row) => row.config.seed))].sort((a, b) => a - b);
  const at = places.map((place) => toPlot(place, kind)).filter((place) => place !== null);
  // On the depth axis the step is 0.05 of a doubling, as ladders of depths have it.
  const few = kind === "log2" ? 0.05 : 0.012 * Math.max(0, Math.max(...at) - Math.min(...at));
  return ({ run, x }, width) => {
    const reach = categorical ? 0.6 * width : few;
    const shift = reach * ((seeds.indexOf(run.config.seed) + 0.5) / seeds.length - 0.5);
    return fromPlot((toPlot(x, kind) ?? 0) + shift, kind);
  };
}

interface StudyDrawing {
  metricLabel: string;
  kind: AxisKind;
  /** Values of the grid on the x axis. */
  places: readonly number[];
  /** The places are categories: nothing lies between them, and curves stand side by side. */
  categorical?: boolean;
  rule?: LeaveOutRule;
}

/**
 * What is drawn of each curve: single runs as faint dots (hollow ones were left out by the study's rule), the fit as a dotted line,
 * means with their band (as a bar at each category); and baselines as lines across.
 */
export function curveSeries(
  curves: readonly StudyCurve[],
  baselines: readonly Baseline[],
  rows: readonly RunRow[],
  drawing: StudyDrawing,
): ChartSeries[] {
  const { metricLabel, places, categorical = false, rule } = drawing;
  const styleOf = styleAmong(curves.length > 1 ? curves.map((curve) => curve.config) : []);
  const dodged = dodger(rows, drawing);
  const asideIn = (curve: StudyCurve) => (categorical ? asideOf(curves, curve).aside : 0);
  const leftOut = (run: RunRow) => (rule ? `, left out: training accuracy below ${shortNumber(askedAccuracy(run, rule))}` : "");
  const dots = (curve: StudyCurve, id: string, label: string, style: LineStyle, shown: readonly StudyDot[]): ChartSeries => ({
    id: `${curve.key}/${id}`,
    label,
    style: { ...style, dash: "" },
    xs: shown.map((dot) => dodged(dot, asideOf(curves, curve).width) + asideIn(curve)),
    trueXs: shown.map(({ x }) => x),
    ys: shown.map(({ value }) => value),
    draw: "dots",
    hollow: shown.map(({ unfinished, unconverged }) => unfinished || unconverged),
    notes: shown.map(({ run, unconverged }) => `seed ${run.config.seed}${unconverged ? leftOut(run) : ""}`),
    minor: true,
  });
  const drawn = curves.flatMap((curve): ChartSeries[] => {
    if (curve.dots.length === 0) return [];
    const style = apart(styleOf(curve.config), curve.data);
    const label = curveLegend(curve.label === "" ? { ...curve, label: metricLabel } : curve);
    const main: ChartSeries = {
      id: curve.key,
      label,
      shortLabel: curve.label === "" ? metricLabel : curve.label,
      style,
      xs: curve.points.map((point) => point.x + asideIn(curve)),
      trueXs: curve.points.map((point) => point.x),
      ys: curve.points.map((point) => point.mean),
      draw: categorical ? "dots" : "line-and-dots",
      bars: categorical,
      hollow: curve.points.map((point) => point.unfinished),
      samples: curve.points.map((point) => valuesAt(curve, point)),
      ...(curve.fit && { slope: curve.fit }),
      notes: curve.points.map((point) => meanText(point.runs.length, curve.mean)),
      band: { low: curve.points.map((point) => point.low), high: curve.points.map((point) => point.high) },
    };
    const single = dots(curve, "runs", `${label}: single runs`, style, curve.dots);
    const { fit } = curve;
    if (!fit) return [single, main];
    const ends = [fit.from, fit.to];
    const fitted: ChartSeries = {
      id: `${curve.key}/fit`,
      label: `${label}: fit`,
      style: { ...style, dash: "2 4", opacity: 0.7 },
      xs: ends,
      ys: ends.map((x) => 10 ** (fit.intercept + fit.slope * Math.log10(x))),
      draw: "line",
      minor: true,
      bare: true,
    };
    return [single, fitted, main];
  });
  return [...drawn, ...baselineSeries(baselines, places)];
}

/** Values of the runs behind a point's mean. */
const valuesAt = ({ dots }: StudyCurve, { x, runs }: StudyCurve["points"][number]): number[] => {
  const counted = new Set(runs.map((run) => run.id));
  return dots.filter((dot) => dot.x === x && counted.has(dot.run.id)).map((dot) => dot.value);
};

/** Lines across the axis for runs without a position on it. */
function baselineSeries(baselines: readonly Baseline[], places: readonly number[]): ChartSeries[] {
  const ends = places.length > 0 ? [Math.min(...places), Math.max(...places)] : [];
  if (ends.length === 0) return [];
  const styleOf = styleAmong(baselines.length > 1 ? baselines.map((baseline) => baseline.config) : []);
  return baselines.map((baseline) => ({
    id: baseline.key,
    label: baselineLegend(baseline),
    shortLabel: baseline.label,
    style: { ...apart(styleOf(baseline.config), baseline.data), dash: "9 3" },
    xs: ends,
    ys: ends.map(() => baseline.mean),
    draw: "line" as const,
    notes: ends.map(() => `${meanText(baseline.runs.length, baseline.kind)}, drawn across: no place on this axis`),
    band: { low: ends.map(() => baseline.low), high: ends.map(() => baseline.high) },
  }));
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

/** Value that a metric has at the optimum of a run's objective, where that can be drawn. */
function atOptimum(metric: StudyMetric, run: RunRow): number | null {
  if (run.optimum === null) return null;
  if (metric === "loss") return run.optimum.loss;
  if (metric === "fit") return run.optimum.fit;
  return metric === "ridge.head" || metric === "ridge.total" ? run.optimum.ridge : null;
}

/** L* and its parts as dashed lines; along the curve where the objective changes with x, and at each category that has one. */
export function optimumMarks(curves: readonly StudyCurve[], metric: StudyMetric, categorical = false): ReferenceMark[] {
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
