import type { Metric } from "../../contract/seriesKey.ts";
import type { RunRow } from "../../contract/views.ts";
import { readable } from "../charts/axisTicks.ts";
import type { ChartSeries, ReferenceMark, Wedge } from "../charts/chartTypes.ts";
import { curveStyle } from "../charts/lineStyle.ts";
import { type CurveX, curveLegend, type DepthCurve, hasTheorySlope, theorySlopes } from "./depthCurves.ts";

/** Metrics that make sense over depth. */
export const curveMetrics: readonly Metric[] = [
  "nc1.ratio",
  "nc1.pinv",
  "nc1.cdnv",
  "nc2.frame",
  "nc2.norms",
  "nc2.angles",
  "nc2.etf",
  "nc3.cosine",
  "nc3.duality",
  "nc4.ncc",
  "gap.total",
  "gap.head",
  "gap.representation",
  "distance.procrustes",
  "distance.gram",
  "loss",
  "fit",
  "ridge.head",
  "ridge.hidden",
  "accuracy",
  "stepMs",
];

/** What is drawn of each curve: single runs as faint dots, the fit as a dotted line, means with their band. */
export function curveSeries(
  curves: readonly DepthCurve[],
  rows: readonly RunRow[],
  over: CurveX,
  metricLabel: string,
  varies: { width: boolean; lambda: boolean },
): ChartSeries[] {
  const seeds = [...new Set(rows.map((row) => row.config.seed))].sort((a, b) => a - b);
  return curves.flatMap((curve): ChartSeries[] => {
    const style = curveStyle(curve.config, varies);
    const label = curveLegend(curve.label === "" ? { ...curve, label: metricLabel } : curve);
    const dodge = (run: RunRow) => 2 ** (0.05 * ((seeds.indexOf(run.config.seed) + 0.5) / seeds.length - 0.5));
    const main: ChartSeries = {
      id: curve.key,
      label,
      style,
      xs: curve.points.map((point) => point.x),
      ys: curve.points.map((point) => point.mean),
      draw: "line-and-dots",
      hollow: curve.points.map((point) => point.unfinished),
      notes: curve.points.map((point) => `${point.runs.length} ${point.runs.length === 1 ? "run" : "runs"}`),
      band: { low: curve.points.map((point) => point.low), high: curve.points.map((point) => point.high) },
    };
    const single: ChartSeries = {
      id: `${curve.key}/runs`,
      label: `${label}: single runs`,
      style: { ...style, dash: "" },
      xs: curve.dots.map(({ run }) => run.config[over] * dodge(run)),
      ys: curve.dots.map(({ value }) => value),
      draw: "dots",
      hollow: curve.dots.map(({ unfinished }) => unfinished),
      minor: true,
    };
    if (curve.points.length === 0) return [];
    const { fit } = curve;
    if (!fit) return [single, main];
    const ends = curve.fitRange;
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
}

/** Theory's sector of slopes through each fit; none where there are too many curves to tell them apart. */
export function theoryWedges(curves: readonly DepthCurve[], metric: Metric): Wedge[] {
  if (!hasTheorySlope(metric) || curves.length > 3) return [];
  return curves.flatMap((curve) => {
    if (!curve.fit) return [];
    const [from, to] = curve.fitRange;
    const x = Math.sqrt(from * to);
    const y = 10 ** (curve.fit.intercept + curve.fit.slope * Math.log10(x));
    return [{ x, y, slopes: theorySlopes, from, to, label: curve.key }];
  });
}

/** Value that a metric has at the optimum of a run's objective, where that can be drawn. */
function atOptimum(metric: Metric, run: RunRow): number | null {
  if (run.optimum === null) return null;
  if (metric === "loss") return run.optimum.loss;
  if (metric === "fit") return run.optimum.fit;
  return metric === "ridge.head" ? run.optimum.ridge : null;
}

/** L* and its parts as dashed lines; along the curve where the objective changes with depth. */
export function optimumMarks(curves: readonly DepthCurve[], metric: Metric, single: boolean): ReferenceMark[] {
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
    const constant = points.every((point) => point.y === first.y);
    const name = metric === "loss" ? "L*" : "UFM optimum";
    const whose = single ? "" : `, ${curve.label}`;
    marks.push(
      constant
        ? { y: first.y, label: `${name} = ${readable(first.y)}${whose}` }
        : { y: first.y, label: `${name}${whose}`, points },
    );
  }
  return marks;
}
