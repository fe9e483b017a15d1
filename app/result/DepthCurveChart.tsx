"use client";
import { memo, useMemo, useState } from "react";
import { metricInfo } from "../../contract/seriesKey.ts";
import type { RunRow } from "../../contract/views.ts";
import { ChartPanel } from "../charts/ChartPanel.tsx";
import type { AxisOptions, Wedge } from "../charts/chartTypes.ts";
import { countOf } from "../text/formatNumber.ts";
import { Select } from "../ui/Field.tsx";
import { Segmented } from "../ui/Segmented.tsx";
import { curveMetrics, curveSeries, optimumMarks, theoryWedges } from "./depthCurveSeries.ts";
import { type CurveX, defaultSplit, depthCurves } from "./depthCurves.ts";
import { type GridAxisId, gridAxes, varyingAxes } from "./gridAxes.ts";
import { PickedRuns } from "./PickedRuns.tsx";
import type { ResultView } from "./resultView.ts";
import type { ChangeView } from "./useResultView.ts";

const noWedges: Wedge[] = [];

interface DepthCurveChartProps {
  rows: readonly RunRow[];
  view: ResultView;
  onView: ChangeView;
  share: string | null;
  empty: React.ReactNode;
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
  const series = useMemo(
    () => curveSeries(curves, rows, over, info.label, { width: widths, lambda: strengths }),
    [curves, rows, over, widths, strengths, info.label],
  );

  const wedges = useMemo(() => (log && over === "depth" ? theoryWedges(curves, metric) : noWedges), [curves, log, metric, over]);
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
          <PickedRuns
            title={`${pickedCurve?.label ? `${pickedCurve.label}, ` : ""}${over} ${picked.x}: ${info.label} of each run`}
            runs={pickedRuns}
            share={share}
            onClose={() => setPicked(null)}
          />
        ) : null
      }
    />
  );
});
