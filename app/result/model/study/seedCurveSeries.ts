import { type AxisKind, fromPlot, toPlot } from "../../../charts/axes/plotCoordinates.ts";
import type { ChartSeries } from "../../../charts/chartTypes.ts";
import type { LineStyle } from "../../../charts/lineStyle.ts";
import { meanText } from "../../../text/meanText.ts";
import {
  type AcrossCurve,
  baselineLegend,
  type CurveDot,
  type CurvePoint,
  type CurveRun,
  type SeedCurve,
  seedCurveLegend,
} from "./seedCurve.ts";

export interface CurveDrawing {
  metricLabel: string;
  /** Name of the x axis in a legend: "depth". */
  axis: string;
  kind: AxisKind;
  /** Values on the x axis. */
  places: readonly number[];
  /** The places are categories: nothing lies between them, and curves stand side by side. */
  categorical?: boolean;
}

/** What the curves' runs are told apart by, and how their lines look. */
export interface CurveLook<Run extends CurveRun, Curve extends SeedCurve<Run>, Across extends AcrossCurve<Run>> {
  styleOf: (curve: Curve) => LineStyle;
  acrossStyleOf: (baseline: Across) => LineStyle;
  /** Different seeds, and the place of a run's among them. */
  seeds: number;
  seedIndex: (run: Run) => number;
  noteOf: (dot: CurveDot<Run>) => string;
}

/** Width of a curve's place within a category, and how far to the side of the category's middle it stands. */
export function asideOf<Curve>(curves: readonly Curve[], curve: Curve): { width: number; aside: number } {
  const width = Math.min(0.3, 0.8 / curves.length);
  return { width, aside: width * (curves.indexOf(curve) - (curves.length - 1) / 2) };
}

/** Moves dots of different seeds apart, by a little of the axis. @param seat index and number of the dot's seed */
function dodged(x: number, width: number, seat: { index: number; of: number }, drawing: CurveDrawing): number {
  const { kind, places, categorical } = drawing;
  const at = places.map((place) => toPlot(place, kind)).filter((place) => place !== null);
  // On the depth axis the step is 0.05 of a doubling, as ladders of depths have it.
  const few = kind === "log2" ? 0.05 : 0.012 * Math.max(0, Math.max(...at) - Math.min(...at));
  const reach = categorical ? 0.6 * width : few;
  const shift = reach * ((seat.index + 0.5) / seat.of - 0.5);
  return fromPlot((toPlot(x, kind) ?? 0) + shift, kind);
}

/**
 * What is drawn of each curve: single runs as faint dots (hollow ones were left out by the study's rule), the fit as a dotted line,
 * means with their band (as a bar at each category); and baselines as lines across.
 */
export function seedCurveSeries<Run extends CurveRun, Curve extends SeedCurve<Run>, Across extends AcrossCurve<Run>>(
  curves: readonly Curve[],
  baselines: readonly Across[],
  drawing: CurveDrawing,
  look: CurveLook<Run, Curve, Across>,
): ChartSeries[] {
  const { metricLabel, places, categorical = false } = drawing;
  const asideIn = (curve: Curve) => (categorical ? asideOf(curves, curve).aside : 0);
  const dots = (curve: Curve, label: string, style: LineStyle): ChartSeries => ({
    id: `${curve.key}/runs`,
    label,
    style: { ...style, dash: "" },
    xs: curve.dots.map(
      ({ run, x }) =>
        dodged(x, asideOf(curves, curve).width, { index: look.seedIndex(run), of: look.seeds }, drawing) + asideIn(curve),
    ),
    trueXs: curve.dots.map(({ x }) => x),
    ys: curve.dots.map(({ value }) => value),
    draw: "dots",
    hollow: curve.dots.map(({ unfinished, unconverged }) => unfinished || unconverged),
    notes: curve.dots.map(look.noteOf),
    minor: true,
  });
  const drawn = curves.flatMap((curve): ChartSeries[] => {
    if (curve.dots.length === 0) return [];
    const style = look.styleOf(curve);
    const label = seedCurveLegend(curve.label === "" ? { ...curve, label: metricLabel } : curve, drawing.axis);
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
    const single = dots(curve, `${label}: single runs`, style);
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
  return [...drawn, ...acrossSeries<Run, Across>(baselines, places, look.acrossStyleOf)];
}

/** Values of the runs behind a point's mean. */
const valuesAt = <Run extends CurveRun>({ dots }: SeedCurve<Run>, { x, runs }: CurvePoint<Run>): number[] => {
  const counted = new Set(runs.map((run) => run.id));
  return dots.filter((dot) => dot.x === x && counted.has(dot.run.id)).map((dot) => dot.value);
};

/** Lines across the axis for runs without a position on it. */
function acrossSeries<Run extends CurveRun, Across extends AcrossCurve<Run>>(
  baselines: readonly Across[],
  places: readonly number[],
  styleOf: (baseline: Across) => LineStyle,
): ChartSeries[] {
  const ends = places.length > 0 ? [Math.min(...places), Math.max(...places)] : [];
  if (ends.length === 0) return [];
  return baselines.map((baseline) => ({
    id: baseline.key,
    label: baselineLegend(baseline),
    shortLabel: baseline.label,
    style: { ...styleOf(baseline), dash: "9 3" },
    xs: ends,
    ys: ends.map(() => baseline.mean),
    draw: "line" as const,
    notes: ends.map(() => `${meanText(baseline.runs.length, baseline.kind)}, drawn across: no place on this axis`),
    band: { low: ends.map(() => baseline.low), high: ends.map(() => baseline.high) },
  }));
}
