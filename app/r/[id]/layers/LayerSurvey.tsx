"use client";
import { useMemo, useState } from "react";
import { metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import type { AnyRunRow } from "../../../../contract/wire/externalViews.ts";
import { effectiveDepth } from "../../../../math/collapse/effectiveDepth.ts";
import type { AxisOptions } from "../../../charts/axes/axisOptions.ts";
import type { ChartSeries } from "../../../charts/chartTypes.ts";
import { ChartPanel } from "../../../charts/panel/ChartPanel.tsx";
import { Problem } from "../../../live/Problem.tsx";
import { spectrumOptions } from "../../../result/model/metrics/listOptions.ts";
import { tunnelTau } from "../../../result/model/study/tunnelStarts.ts";
import { ThresholdInput } from "../../../result/parts/ThresholdInput.tsx";
import { TimeSlider } from "../../../result/parts/TimeSlider.tsx";
import { formatCount } from "../../../text/formatNumber.ts";
import { shortNumber } from "../../../text/shortNumber.ts";
import { Select } from "../../../ui/Field.tsx";
import type { PanelNetwork } from "../runPanels.ts";
import { accuracyMetrics, rankMetrics, type Spectrum, type Surveys, surveyKeys } from "./layersAt.ts";
import { useSurveys } from "./useSurveys.ts";

interface LayerSurveyProps {
  row: AnyRunRow;
  network: PanelNetwork;
  /** Whose spectra are drawn. */
  layers: readonly number[];
  split: Split;
  /** Step of the last survey that the page knows of. */
  surveyed: number | undefined;
}

const markers = ["circle", "square", "diamond", "triangle"] as const;

/** The layers of a run at one step: where the tunnel begins, how many directions each layer uses, and their spectra. */
export function LayerSurvey({ row, network, layers, split, surveyed }: LayerSurveyProps) {
  const [tau, setTau] = useState<number>(tunnelTau);
  const [at, setAt] = useState<number | null>(null);
  const [kind, setKind] = useState<Spectrum>("spectrum");
  const keys = useMemo(() => surveyKeys(network.layers, split, kind, layers), [network.layers, split, kind, layers]);
  const { surveys, read } = useSurveys(row, keys, surveyed);
  const step = at ?? surveys.steps.at(-1) ?? 0;
  const start = tunnelStart(surveys, network.layers, step, tau);
  const empty = read.isPending ? "Loading …" : "Not measured at this step.";
  const overLayers = (metrics: readonly (typeof accuracyMetrics | typeof rankMetrics)[number][]) =>
    metrics.map((metric, index): ChartSeries => {
      const { shaded, style, layerName } = network;
      const ys = surveys.profile(metric, network.layers, step);
      return {
        id: metric,
        label: metricInfo[metric].label,
        style: { ...style, colour: shaded(index / 4), marker: markers[index] ?? "circle" },
        xs: ys.map((_, layer) => layer + 1),
        ys,
        draw: "line-and-dots",
        notes: ys.map((_, layer) => layerName(layer + 1)),
      };
    });
  const startMark = (layer: number): ChartSeries => ({
    id: "tunnel",
    label: "where the tunnel begins",
    style: { ...network.style, marker: "star", dash: "" },
    xs: [layer],
    ys: [surveys.profile("probe", network.layers, step)[layer - 1] ?? null],
    draw: "dots",
    strong: true,
    minor: true,
  });
  const spectra = layers.flatMap((layer): ChartSeries[] => {
    const ys = surveys.spectrum(layer, step);
    if (ys.length === 0) return [];
    const isTunnel = start !== null && start < network.layers && layer >= start;
    return [
      {
        id: String(layer),
        label: `${network.layerName(layer)}${isTunnel ? ", tunnel" : ""}`,
        endLabel: network.layerMark(layer),
        style: { ...network.style, colour: network.shaded((layer - 1) / network.layers), dash: isTunnel ? "4 3" : "" },
        xs: ys.map((_, index) => index + 1),
        ys,
        draw: "line",
      },
    ];
  });
  // Between two layers there is nothing to read.
  const few = network.layers <= 12 ? { tickValues: Array.from({ length: network.layers }, (_, at) => at + 1) } : {};
  const x: AxisOptions = { label: "layer l", kind: "linear", range: [1, Math.max(2, network.layers)], ...few };
  const where =
    start === null
      ? "The last layer has no accuracy at this step."
      : start === network.layers
        ? `No tunnel at step ${formatCount(step)}: only the last layer is within τ = ${shortNumber(tau)} of itself.`
        : `The tunnel begins at layer ${start} of ${network.layers} (step ${formatCount(step)}): the linear probe is within τ = ${shortNumber(tau)} of the last layer's accuracy from there.`;
  const measured = (metric: string) => [`${split}/${metric}@${network.layers}`];
  return (
    <section aria-label="The layers at one step">
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 className="font-semibold text-sm">The layers at one step</h2>
        <TimeSlider steps={surveys.steps} at={at} onAt={setAt} label="Step of the layers" />
        <ThresholdInput
          label="within τ ="
          value={tau}
          from={0.001}
          to={0.5}
          onChange={(value) => setTau(Math.min(1, value ?? tunnelTau))}
        />
      </div>
      {read.error && <Problem error={read.error} onRetry={() => void read.refetch()} />}
      <p className="mb-2 text-ink-soft text-xs" data-testid="tunnel">
        {where}
      </p>
      <div className="grid grid-cols-1 gap-3 md:grid-cols-2 xl:grid-cols-3">
        <ChartPanel
          panelId="survey-accuracy"
          title="Where the tunnel begins"
          hint={
            split === "train"
              ? "accuracy of a rule on the training set, on which it was solved"
              : "accuracy on the test set of a rule solved on the training set"
          }
          measures={accuracyMetrics.flatMap(measured)}
          series={start === null ? [] : [...overLayers(accuracyMetrics), startMark(start)]}
          crosshairAxis="layer"
          x={x}
          y={{ label: "accuracy", kind: "linear" }}
          height={240}
          formatX={(layer) => `layer ${layer}`}
          empty={start === null ? empty : undefined}
        />
        <ChartPanel
          panelId="survey-ranks"
          title="Directions in use"
          hint="ranks of the centred features"
          measures={rankMetrics.map((metric) => `train/${metric}@${network.layers}`)}
          series={overLayers(rankMetrics)}
          crosshairAxis="layer"
          x={x}
          y={{ label: "rank", kind: "log10" }}
          height={240}
          formatX={(layer) => `layer ${layer}`}
          empty={surveys.profile("rank.stable", network.layers, step).every((value) => value === null) ? empty : undefined}
        />
        <ChartPanel
          panelId="survey-spectrum"
          title={metricInfo[kind].label}
          hint={metricInfo[kind].formula}
          measures={layers.map((layer) => `train/${kind}@${layer}:*`)}
          series={spectra}
          crosshairAxis="i"
          x={{ label: "i", kind: "linear" }}
          y={{ label: "σ_i", kind: "log10" }}
          height={240}
          formatX={(index) => `i = ${index}`}
          empty={spectra.length === 0 ? empty : undefined}
          notices={[start !== null && start < network.layers ? "dashed: layers of the tunnel" : null]}
          controls={
            <Select
              aria-label="Spectrum of"
              className="!h-7 !w-auto text-xs"
              options={spectrumOptions}
              value={kind}
              onChange={(value) => setKind(value as Spectrum)}
            />
          }
        />
      </div>
    </section>
  );
}

function tunnelStart(surveys: Surveys, layers: number, step: number, tau: number): number | null {
  const accuracies = surveys.profile("probe", layers, step);
  return accuracies.at(-1) == null ? null : effectiveDepth(accuracies, tau);
}
