"use client";
import { memo, useMemo } from "react";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { type Metric, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { AxisOptions } from "../../charts/axes/axisOptions.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { formatCount } from "../../text/formatNumber.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { Select } from "../../ui/Field.tsx";
import { axisTitle, type GridAxisId, varyingAxes } from "../model/grid/gridAxes.ts";
import { lastLayerKey } from "../model/metrics/lastValue.ts";
import { metricOptions } from "../model/metrics/metricOptions.ts";
import { survivalFacts } from "../model/metrics/panelFacts.ts";
import { offeredMetrics } from "../model/metrics/studyMetrics.ts";
import { leftOutOfRows, ruleInEffect } from "../model/runs/convergenceRule.ts";
import { convergenceSpeed, resolutionText, type SpeedLine, speedMetric, speedMetrics } from "../model/speed/convergenceSpeed.ts";
import { speedSeries } from "../model/speed/speedSeries.ts";
import { speedTabular } from "../model/speed/speedTabular.ts";
import { LinesChoice } from "../parts/LinesChoice.tsx";
import { ThresholdInput } from "../parts/ThresholdInput.tsx";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { SpeedTable } from "./SpeedTable.tsx";

interface SpeedSectionProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
}

const xAxis: AxisOptions = { label: "step", kind: "log10" };
const yAxis: AxisOptions = { label: "share not there yet", kind: "linear", range: [-0.03, 1.03] };

/** How fast runs come near collapse: survival curves over seeds for a metric and for the gap, and their table. */
export const SpeedSection = memo(function SpeedSection({ store, version, view, onView }: SpeedSectionProps) {
  const rows = store.chartRows;
  const rule = ruleInEffect(store.detail, view);
  const metric = speedMetric(view.speedMetric);
  const { label } = metricInfo[metric];
  const tau = view.speedTau ?? metricInfo[metric].threshold;
  const gap = view.speedGap ?? metricInfo["gap.total"].threshold;
  const axes = useMemo((): GridAxisId[] => varyingAxes(rows.map((row) => row.config)).filter((axis) => axis !== "seed"), [rows]);
  const chosen = useMemo(() => view.speedLines?.filter((axis) => axes.includes(axis)) ?? axes, [view.speedLines, axes]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const lines = useMemo(
    () =>
      convergenceSpeed(rows, (run, one: Metric) => store.series(run.id, lastLayerKey(one, "train", layersOf(run.config))), {
        metric,
        tau,
        gap,
        lines: chosen,
        rule,
      }),
    [rows, store, version, metric, tau, gap, chosen, rule],
  );
  const leftOut = leftOutOfRows(rows, rule);
  const offered = offeredMetrics(rows, "train", metric).filter((one) => (speedMetrics as readonly string[]).includes(one));

  return (
    <div>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Select
          aria-label="Metric of the convergence speed"
          className="!h-7 !w-auto max-w-52 text-xs"
          options={metricOptions(offered)}
          value={metric}
          onChange={(value) => onView({ speedMetric: value, speedTau: null })}
        />
        <ThresholdInput label={`${label} ≤`} value={tau} onChange={(value) => onView({ speedTau: value })} />
        <ThresholdInput label="gap ≤" value={gap} onChange={(value) => onView({ speedGap: value })} from={1e-3} to={100} />
        <LinesChoice titleOf={axisTitle} axes={axes} chosen={chosen} onChoose={(next) => onView({ speedLines: next })} />
      </div>
      {leftOut !== null && <p className="mb-2 text-warn text-xs">{leftOut}.</p>}
      <div className="grid gap-4 xl:grid-cols-2">
        <SurvivalPanel lines={lines} goal="metric" metric={metric} threshold={`${label} ≤ ${shortNumber(tau)}`} />
        <SurvivalPanel lines={lines} goal="gap" metric="gap.total" threshold={`a gap ≤ ${shortNumber(gap)} L*`} />
      </div>
      <SpeedTable lines={lines} metric={metric} tau={tau} gap={gap} />
    </div>
  );
});

interface SurvivalPanelProps {
  lines: readonly SpeedLine[];
  goal: "metric" | "gap";
  metric: Metric;
  /** "NC1 ≤ 0.1" */
  threshold: string;
}

function SurvivalPanel({ lines, goal, metric, threshold }: SurvivalPanelProps) {
  const series = useMemo(() => speedSeries(lines, goal), [lines, goal]);
  const has = (what: "open" | "ended" | "returned") => lines.some((line) => (line[goal]?.[what].length ?? 0) > 0);
  return (
    <ChartPanel
      panelId={`speed-${goal}`}
      title={`Share of runs that have not reached ${threshold}`}
      measures={[`train/${metric}`]}
      facts={survivalFacts(threshold)}
      tabular={speedTabular(lines, goal, metric, threshold)}
      series={series}
      x={xAxis}
      y={yAxis}
      height={260}
      crosshairAxis="training step"
      formatX={(x) => `step ${formatCount(x)}`}
      notices={[
        "Kaplan–Meier estimate over runs; a goal is reached at the measured step from which the value stays at or below it to the end",
        resolutionText(lines, goal),
        has("open") ? "crosses: runs still training that have not reached it" : null,
        has("ended") ? "squares: runs that diverged, failed or were cancelled count as never having reached it" : null,
        has("returned") ? "diamonds: first at or below it, but above again later" : null,
      ]}
      empty={
        series.length === 0 ? (goal === "gap" ? "No run has an L* to approach." : "Nothing has been measured yet.") : undefined
      }
    />
  );
}
