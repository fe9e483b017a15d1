"use client";
import { memo, useMemo } from "react";
import { isSurveyMetric, type LayerMetric, layerMetrics, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { Select } from "../../ui/Field.tsx";
import { whyNotYet } from "../model/metrics/measuredAt.ts";
import { metricOptions } from "../model/metrics/metricOptions.ts";
import { ruleInEffect } from "../model/runs/convergenceRule.ts";
import { layerDrawing } from "../model/study/layerDrawing.ts";
import { isAccuracy, tunnelTau } from "../model/study/tunnelStarts.ts";
import { ThresholdInput } from "../parts/ThresholdInput.tsx";
import { TimeSlider } from "../parts/TimeSlider.tsx";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";

const notSurveyed =
  "Not measured yet: ranks and probes are taken at few steps, always at the last; runs of older versions have none.";
const profileMetrics = layerMetrics.filter((metric) => metricInfo[metric].layers === "all");

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
  const { profileMetric: metric, profileStep: at, split, within } = view;
  const info = metricInfo[metric];
  const log = view.flipped.includes("layer-profile") ? !info.log : info.log;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const drawing = useMemo(
    () => layerDrawing(store, { metric, split, at, log, within }, rule),
    [store, metric, split, at, log, within, rule, version],
  );
  const { series, steps } = drawing;

  return (
    <ChartPanel
      panelId="layer-profile"
      title={drawing.title}
      headingLevel={2}
      hint={info.overLayers ?? info.formula}
      measures={[`${split}/${metric}`]}
      series={series}
      x={drawing.x}
      y={drawing.y}
      floor={drawing.floor}
      height={340}
      crosshairAxis="layer"
      formatX={(x) => `l/L = ${x.toFixed(2)}`}
      notices={drawing.notices}
      empty={
        series.length > 0
          ? undefined
          : (drawing.noneLeft ?? whyNotYet(store.chartRows, metric) ?? (isSurveyMetric(metric) ? notSurveyed : empty))
      }
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
            options={metricOptions(profileMetrics)}
            value={metric}
            onChange={(value: LayerMetric) => onView({ profileMetric: value })}
          />
          {isAccuracy(metric) && (
            <ThresholdInput
              label="within τ ="
              value={within}
              from={0.001}
              to={0.5}
              onChange={(value) => onView({ within: Math.min(1, value ?? tunnelTau) })}
            />
          )}
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
