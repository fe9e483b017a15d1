"use client";
import Link from "next/link";
import { memo, useMemo, useState } from "react";
import { type Metric, metricInfo } from "../../contract/seriesKey.ts";
import type { RunRow } from "../../contract/views.ts";
import { readable } from "../charts/axisTicks.ts";
import { ChartPanel } from "../charts/ChartPanel.tsx";
import type { AxisOptions, ChartSeries, ReferenceMark, Wedge } from "../charts/chartTypes.ts";
import { curveStyle } from "../charts/lineStyle.ts";
import { countOf } from "../text/formatNumber.ts";
import { StatusBadge } from "../ui/Badge.tsx";
import { Button } from "../ui/Button.tsx";
import { Select } from "../ui/Field.tsx";
import { Segmented } from "../ui/Segmented.tsx";
import {
  type CurveX,
  curveLegend,
  type DepthCurve,
  defaultSplit,
  depthCurves,
  hasTheorySlope,
  theorySlopes,
} from "./depthCurves.ts";
import { type GridAxisId, gridAxes, varyingAxes } from "./gridAxes.ts";
import type { ResultView } from "./resultView.ts";
import { runLink } from "./runLink.ts";
import type { ChangeView } from "./useResultView.ts";

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

interface DepthCurveChartProps {
  rows: readonly RunRow[];
  view: ResultView;
  onView: ChangeView;
  share: string | null;
  empty: React.ReactNode;
}

/** Value that a metric has at the optimum of a run's objective, where that can be drawn. */
function atOptimum(metric: Metric, run: RunRow): number | null {
  if (run.optimum === null) return null;
  if (metric === "loss") return run.optimum.loss;
  if (metric === "fit") return run.optimum.fit;
  return metric === "ridge.head" ? run.optimum.ridge : null;
}

function optimumMarks(curves: readonly DepthCurve[], metric: Metric, single: boolean): ReferenceMark[] {
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

/** The signature chart: a metric over depth, a line for each architecture (or width, regularizer, …), with bands over seeds and slopes. */
export const DepthCurveChart = memo(function DepthCurveChart({ rows, view, onView, share, empty }: DepthCurveChartProps) {
  const [picked, setPicked] = useState<{ key: string; x: number } | null>(null);
  const { metric, split } = view;
  const info = metricInfo[metric];
  const varying = useMemo(() => varyingAxes(rows.map((row) => row.config)), [rows]);
  const over: CurveX = view.curveX ?? (!varying.includes("depth") && varying.includes("width") ? "width" : "depth");
  const log = view.log ?? info.log;
  const candidates = varying.filter((axis) => axis !== over && axis !== "seed");
  const lines = view.lines ?? defaultSplit(rows, over);
  const curves = useMemo(() => depthCurves(rows, metric, split, lines, log, over), [rows, metric, split, lines, log, over]);

  const strengths = new Set(rows.map(({ config }) => ("lambda" in config.regularizer ? config.regularizer.lambda : 0))).size > 1;
  const widths = varying.includes("width") && over !== "width";
  const series = useMemo((): ChartSeries[] => {
    const seeds = [...new Set(rows.map((row) => row.config.seed))].sort((a, b) => a - b);
    return curves.flatMap((curve): ChartSeries[] => {
      const style = curveStyle(curve.config, { width: widths, lambda: strengths });
      const label = curveLegend(curve.label === "" ? { ...curve, label: info.label } : curve);
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
  }, [curves, rows, over, widths, strengths, info.label]);

  const wedges = useMemo((): Wedge[] => {
    if (!log || over !== "depth" || !hasTheorySlope(metric) || curves.length > 3) return [];
    return curves.flatMap((curve) => {
      if (!curve.fit) return [];
      const [from, to] = curve.fitRange;
      const x = Math.sqrt(from * to);
      const y = 10 ** (curve.fit.intercept + curve.fit.slope * Math.log10(x));
      return [{ x, y, slopes: theorySlopes, from, to, label: curve.key }];
    });
  }, [curves, log, metric, over]);
  const references = useMemo(() => optimumMarks(curves, metric, curves.length === 1), [curves, metric]);

  const leftOut = curves.reduce((sum, curve) => sum + curve.leftOut, 0);
  const omitted = curves.reduce((sum, curve) => sum + curve.points.reduce((inner, point) => inner + point.omitted, 0), 0);
  const banded = curves.some((curve) => curve.points.some((point) => point.low !== null));
  const notices = [
    banded ? `mean ${log ? "(geometric) " : ""}with 95 % band over seeds` : null,
    wedges.length > 0 ? "grey sector: theory's slopes −1/2…−1/4 through the fit; slopes with their standard error" : null,
    log && series.length > 0 && /^(nc|gap|distance)/.test(metric) ? "the optimum is 0, which a log axis cannot show" : null,
    curves.some((curve) => curve.unfinished) ? "hollow: still training" : null,
    omitted > 0 ? `${countOf(omitted, "value")} not above 0 left out of the means` : null,
    leftOut > 0 ? `${countOf(leftOut, "run")} ended without a result, left out` : null,
  ];
  const xAxis = useMemo(
    (): AxisOptions => ({
      label: over === "depth" ? "depth L" : "width d",
      kind: "log2",
      tickValues: rows.map((row) => row.config[over]),
    }),
    [over, rows],
  );
  const yAxis = useMemo(
    (): AxisOptions => ({ label: split === "test" ? `${info.label} (test)` : info.label, kind: log ? "log10" : "linear" }),
    [info.label, split, log],
  );
  const toggleLine = (axis: GridAxisId) =>
    onView({ lines: lines.includes(axis) ? lines.filter((one) => one !== axis) : [...lines, axis] });
  const pickedCurve = curves.find((curve) => curve.key === picked?.key);
  const pickedRuns = pickedCurve?.dots.filter(({ run }) => run.config[over] === picked?.x) ?? [];

  return (
    <ChartPanel
      panelId="depth-curve"
      title={`${info.label} over ${over}`}
      headingLevel={2}
      hint={info.formula}
      series={series}
      x={xAxis}
      y={yAxis}
      references={references}
      wedges={wedges}
      floor={metric.startsWith("nc1.") ? 1e-6 : null}
      height={340}
      crosshairAxis={over}
      formatX={(x) => `${over} ${Math.round(x)}`}
      onPick={(id, index) => {
        const [key = id, kind] = id.split("/runs");
        const curve = curves.find((one) => one.key === key);
        const x = kind === undefined ? curve?.points[index]?.x : curve?.dots[index]?.run.config[over];
        if (x !== undefined) setPicked({ key, x });
      }}
      notices={notices}
      empty={series.some((one) => one.ys.some((y) => y !== null)) ? undefined : empty}
      extraItems={[
        {
          label: log ? "Linear axis" : "Logarithmic axis",
          icon: "theory",
          onSelect: () => onView({ log: !log === info.log ? null : !log }),
        },
      ]}
      controls={
        <>
          <Select
            aria-label="Metric"
            className="!h-7 !w-auto max-w-52 text-xs"
            options={curveMetrics.map((value) => ({ value, label: metricInfo[value].label }))}
            value={metric}
            onChange={(value) => onView({ metric: value, log: null })}
          />
          <Segmented
            label="Split"
            options={[
              { value: "train", label: "train" },
              { value: "test", label: "test" },
            ]}
            value={split}
            onChange={(value) => onView({ split: value })}
          />
          {varying.includes("depth") && varying.includes("width") && (
            <Segmented
              label="Over"
              options={[
                { value: "depth", label: "over depth" },
                { value: "width", label: "over width" },
              ]}
              value={over}
              onChange={(value) => onView({ curveX: value, lines: null })}
            />
          )}
          {candidates.length > 0 && (
            <fieldset className="flex flex-wrap items-center gap-x-2 text-ink-soft text-xs">
              <legend className="sr-only">A line for each</legend>
              <span aria-hidden="true">a line for each</span>
              {candidates.map((axis) => (
                <label key={axis} className="inline-flex min-h-6 items-center gap-1">
                  <input type="checkbox" className="size-3.5" checked={lines.includes(axis)} onChange={() => toggleLine(axis)} />
                  {gridAxes[axis].title.toLowerCase()}
                </label>
              ))}
            </fieldset>
          )}
        </>
      }
      footer={
        pickedRuns.length > 0 && picked ? (
          <div className="mt-2 rounded-md border border-line bg-sunken px-3 py-2 text-xs" role="status" data-testid="picked-runs">
            <div className="mb-1 flex items-center justify-between gap-2">
              <span className="font-medium">
                {pickedCurve?.label ? `${pickedCurve.label}, ` : ""}
                {over} {picked.x}: {info.label} of each run
              </span>
              <Button look="quiet" small icon="close" aria-label="Close" onClick={() => setPicked(null)} />
            </div>
            <ul className="flex flex-wrap gap-x-4 gap-y-1">
              {pickedRuns.map(({ run, value }) => (
                <li key={run.id} className="inline-flex items-center gap-2">
                  <Link className="text-accent hover:underline" href={runLink(run.id, share)}>
                    seed {run.config.seed}
                  </Link>
                  <span>{readable(value, 4)}</span>
                  {run.status !== "finished" && <StatusBadge status={run.status} />}
                </li>
              ))}
            </ul>
          </div>
        ) : null
      }
    />
  );
});
