"use client";
import { memo, useMemo } from "react";
import { isSurveyMetric, type LayerMetric, layerMetrics, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import { toggledIn } from "../../charts/panel/hiddenLines.ts";
import { Select } from "../../ui/Field.tsx";
import { whyNever } from "../model/metrics/measuredAt.ts";
import { metricOptions } from "../model/metrics/metricOptions.ts";
import { TimeSlider } from "../parts/TimeSlider.tsx";
import type { ExternalStore } from "./ExternalStore.ts";
import { namedLayerDrawing } from "./model/namedLayers.ts";
import type { ExternalView } from "./view/externalView.ts";
import type { ChangeExternalView } from "./view/useExternalView.ts";

const noFeatures = "Takes the features of single samples: class sums do not tell.";
const profileMetrics = layerMetrics.filter((metric) => metricInfo[metric].layers === "all");
const panelId = "layer-profile";

interface NamedLayerChartProps {
  store: ExternalStore;
  version: number;
  rule: LeaveOutRule | undefined;
  view: ExternalView;
  onView: ChangeExternalView;
  empty: string;
}

/** The other signature chart: a metric over the layers by their names, playing through the training. */
export const NamedLayerChart = memo(function NamedLayerChart(props: NamedLayerChartProps) {
  const { store, version, rule, view, onView, empty } = props;
  const { profileMetric: metric, profileStep: at, split, flipped } = view;
  const info = metricInfo[metric];
  const log = flipped.includes(panelId) ? !info.log : info.log;
  const rows = store.chartRows;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const drawing = useMemo(
    () => namedLayerDrawing(store, rows, { metric, split, at, log }, rule),
    [store, rows, metric, split, at, log, rule, version],
  );
  return (
    <ChartPanel
      panelId={panelId}
      title={drawing.title}
      headingLevel={2}
      hint={info.overLayers ?? info.formula}
      measures={[`${split}/${metric}`]}
      series={drawing.series}
      x={drawing.x}
      y={drawing.y}
      height={340}
      crosshairAxis="layer"
      formatX={drawing.layerText}
      notices={drawing.notices}
      empty={drawing.series.length > 0 ? undefined : (whyNever(rows, metric) ?? (isSurveyMetric(metric) ? noFeatures : empty))}
      extraItems={[
        {
          label: log ? "Linear axis" : "Logarithmic axis",
          icon: "theory",
          onSelect: () => onView({ flipped: [...toggledIn(new Set(flipped), panelId)] }),
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
          <TimeSlider
            steps={drawing.steps}
            at={view.profileStep}
            onAt={(step) => onView({ profileStep: step })}
            label="Step of the layer profile"
          />
        </>
      }
    />
  );
});
