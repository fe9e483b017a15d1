"use client";
import { memo, useMemo } from "react";
import type { LayerMetric } from "../../../contract/metrics/layerMetrics.ts";
import { lastMeansOf, layerMetrics, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { AxisOptions } from "../../charts/axes/axisOptions.ts";
import type { ChartSeries } from "../../charts/chartTypes.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { meanKind, meanText } from "../../text/meanText.ts";
import { Select } from "../../ui/Field.tsx";
import { apart, withData } from "../model/grid/dataVersions.ts";
import { cellNamer, gridAxisIds, varyingAxes } from "../model/grid/gridAxes.ts";
import { classLimitText, isBeyondClasses, notMeasured } from "../model/metrics/classLimit.ts";
import { floorText, numericFloor } from "../model/metrics/numericFloor.ts";
import { convergedRuns, leftOutText, ruleInEffect } from "../model/runs/convergenceRule.ts";
import { type LayerProfile, layerProfiles, profileSteps } from "../model/runs/layerProfiles.ts";
import { styleAmong } from "../model/study/studyStyle.ts";
import { TimeSlider } from "../parts/TimeSlider.tsx";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";

const profileMetrics = layerMetrics.filter((metric) => metricInfo[metric].hidden);
const xAxis: AxisOptions = { label: "layer l/L", kind: "linear", range: [0, 1] };

interface LayerProfileChartProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
  empty: React.ReactNode;
}

/** The other signature chart: a metric over the layers, playing through the training. */
export const LayerProfileChart = memo(function LayerProfileChart({
  store,
  version,
  view,
  onView,
  empty,
}: LayerProfileChartProps) {
  const rule = ruleInEffect(store.detail, view);
  const rows = useMemo(() => convergedRuns(store.chartRows, rule), [store.chartRows, rule]);
  const { profileMetric: metric, split } = view;
  const info = metricInfo[metric];
  const log = view.flipped.includes("layer-profile") ? !info.log : info.log;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const steps = useMemo(() => profileSteps(store, rows, metric, split), [store, rows, metric, split, version]);
  const at = view.profileStep ?? steps.at(-1) ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const profiles = useMemo(
    () => layerProfiles(store, rows, metric, split, at, log),
    [store, rows, metric, split, at, log, version],
  );
  const axes = useMemo(() => varyingAxes(rows.map((row) => row.config)).filter((axis) => axis !== "seed"), [rows]);
  const onlyDepth = axes.length === 1 && axes[0] === "depth";
  const series = useMemo((): ChartSeries[] => {
    const styleOf = styleAmong(profiles.map((profile) => profile.config));
    const nameOf = cellNamer(profiles.map((profile) => profile.config));
    const labelOf = ({ config, data }: LayerProfile) =>
      withData(nameOf(config, axes.length > 0 ? axes : gridAxisIds.filter((axis) => axis === "depth")), data);
    const lines = profiles.map(
      (profile): ChartSeries => ({
        id: profile.key,
        label: labelOf(profile),
        endLabel: onlyDepth || axes.length === 0 ? String(profile.config.depth) : undefined,
        style: apart(styleOf(profile.config), profile.data),
        xs: profile.xs,
        ys: profile.ys,
        draw: profile.xs.length <= 8 ? "line-and-dots" : "line",
        notes: profile.xs.map((_, index) => `layer ${index + 1}, ${meanText(profile.count, meanKind(log))}`),
      }),
    );
    const classifiers = profiles.map(
      (profile): ChartSeries => ({
        id: `${profile.key}/classifier`,
        label: `${labelOf(profile)}: classifier W`,
        style: { ...styleOf(profile.config), marker: "cross", dash: "" },
        xs: [1],
        ys: [profile.classifier],
        draw: "dots",
        notes: ["classifier W, not of class means"],
        minor: true,
        strong: true,
      }),
    );
    return [...lines, ...classifiers.filter((one) => one.ys[0] !== null)];
  }, [profiles, axes, onlyDepth, log]);
  const yAxis = useMemo((): AxisOptions => ({ label: info.label, kind: log ? "log10" : "linear" }), [info.label, log]);
  const floor = useMemo(
    () =>
      numericFloor(rows, metric, ({ config: { depth } }) =>
        // The last layer's own value is the classifier's, and drawn apart.
        Array.from({ length: depth - (lastMeansOf(metric) === null ? 0 : 1) }, (_, at) => at + 1),
      ),
    [rows, metric],
  );
  const seeds = new Set(rows.map((row) => row.config.seed)).size;

  return (
    <ChartPanel
      panelId="layer-profile"
      title={`${info.label} over the layers`}
      headingLevel={2}
      hint={info.overLayers ?? info.formula}
      measures={[`${split}/${metric}`]}
      series={series}
      x={xAxis}
      y={yAxis}
      floor={floor}
      height={340}
      crosshairAxis="layer"
      formatX={(x) => `l/L = ${x.toFixed(2)}`}
      notices={[
        floorText(floor),
        classLimitText(rows, metric),
        seeds > 1 ? `${meanKind(log)} mean over seeds` : null,
        "each run at its last measurement up to that step",
        profiles.some((profile) => profile.classifier !== null) ? "crosses: the classifier W, next to its class means" : null,
        profiles.some((profile) => profile.lacksLast)
          ? "the last layer's class means are missing: measured by a version that recorded only the classifier's value"
          : null,
        leftOutText(store.chartRows.length - rows.length, store.chartRows.length, rule),
      ]}
      empty={series.length > 0 ? undefined : isBeyondClasses(rows, metric) ? notMeasured : empty}
      extraItems={[
        {
          label: log ? "Linear axis" : "Logarithmic axis",
          icon: "theory",
          onSelect: () =>
            onView({
              flipped: view.flipped.includes("layer-profile")
                ? view.flipped.filter((id) => id !== "layer-profile")
                : [...view.flipped, "layer-profile"],
            }),
        },
      ]}
      controls={
        <>
          <Select
            aria-label="Metric of the layers"
            className="!h-7 !w-auto max-w-44 text-xs"
            options={profileMetrics.map((value) => ({ value, label: metricInfo[value].label }))}
            value={metric}
            onChange={(value: LayerMetric) => onView({ profileMetric: value })}
          />
          <TimeSlider
            steps={steps}
            at={view.profileStep}
            onAt={(step) => onView({ profileStep: step })}
            label="Step of the layer profile"
          />
        </>
      }
    />
  );
});
