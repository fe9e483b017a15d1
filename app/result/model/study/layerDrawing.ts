import { type LayerMetric, lastMeansOf, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { AxisOptions } from "../../../charts/axes/axisOptions.ts";
import type { ChartSeries } from "../../../charts/chartTypes.ts";
import type { ExperimentStore } from "../../../live/ExperimentStore.ts";
import { meanKind, meanText } from "../../../text/meanText.ts";
import { apart, withData } from "../grid/dataVersions.ts";
import { cellNamer, gridAxisIds, varyingAxes } from "../grid/gridAxes.ts";
import { budgetText } from "../metrics/measuredAt.ts";
import { floorText, numericFloor } from "../metrics/numericFloor.ts";
import { convergedRuns, leftOutOfRows } from "../runs/convergenceRule.ts";
import { type LayerProfile, layerProfiles, profileSteps } from "../runs/layerProfiles.ts";
import { styleAmong } from "./studyStyle.ts";
import { isAccuracy, tunnelStarts, tunnelTau, tunnelText } from "./tunnelStarts.ts";

const x: AxisOptions = { label: "layer l/L", kind: "linear", range: [0, 1] };

interface LayerChoice {
  metric: LayerMetric;
  split: Split;
  /** null = the latest step. */
  at: number | null;
  log: boolean;
  /** Of accuracies: how near to the last layer's one counts as good as it. */
  within?: number;
}

/** The layer profile of a study's runs: everything that is drawn, and what is to be said of it. */
export function layerDrawing(store: ExperimentStore, choice: LayerChoice, rule: LeaveOutRule | undefined) {
  const { metric, split, log, within: tau = tunnelTau } = choice;
  const info = metricInfo[metric];
  const all = store.chartRows;
  const rows = convergedRuns(all, rule);
  const steps = profileSteps(store, rows, metric, split);
  const profiles = layerProfiles(store, rows, metric, split, choice.at ?? steps.at(-1) ?? 0, log);
  const axes = varyingAxes(rows.map((row) => row.config)).filter((axis) => axis !== "seed");
  const onlyDepth = axes.length === 1 && axes[0] === "depth";
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
      samples: profile.samples,
      draw: profile.xs.length <= 8 ? "line-and-dots" : "line",
      notes: profile.xs.map((_, index) => `layer ${index + 1}, ${meanText(profile.samples[index]?.length ?? 0, meanKind(log))}`),
    }),
  );
  const classifiers = profiles.map(
    (profile): ChartSeries => ({
      id: `${profile.key}/classifier`,
      label: `${labelOf(profile)}: classifier W`,
      style: { ...styleOf(profile.config), marker: "cross", dash: "" },
      xs: [1],
      ys: [profile.classifier],
      samples: [profile.classifierSamples],
      draw: "dots",
      notes: ["classifier W, not of class means"],
      minor: true,
      strong: true,
    }),
  );
  const tunnels = isAccuracy(metric) ? tunnelStarts(profiles, tau) : [];
  const starts = tunnels.map(
    ({ profile, layer }): ChartSeries => ({
      id: `${profile.key}/tunnel`,
      label: `${labelOf(profile)}: within τ of the last layer`,
      style: { ...styleOf(profile.config), marker: "diamond", dash: "" },
      xs: [layer / profile.xs.length],
      ys: [profile.ys[layer - 1] ?? null],
      draw: "dots",
      notes: [`layer ${layer} of ${profile.xs.length}`],
      minor: true,
      strong: true,
    }),
  );
  // The last layer's own value is the classifier's, and drawn apart.
  const spared = lastMeansOf(metric) === null ? 0 : 1;
  const floor = numericFloor(rows, metric, ({ config: { depth } }) =>
    Array.from({ length: depth - spared }, (_, place) => place + 1),
  );
  const seeds = new Set(rows.map((row) => row.config.seed)).size;
  const leftOut = leftOutOfRows(all, rule);
  const y: AxisOptions = { label: info.label, kind: log ? "log10" : "linear" };
  return {
    ...{ steps, floor, x, y },
    /** Why there is nothing to draw, where no run is left; else null. */
    noneLeft: all.length > 0 && rows.length === 0 ? leftOut : null,
    title: `${info.label} over the layers`,
    series: [...lines, ...classifiers.filter((one) => one.ys[0] !== null), ...starts],
    notices: [
      tunnelText(metric, tunnels, tau, labelOf),
      floorText(floor),
      budgetText(rows, metric),
      seeds > 1 ? `${meanKind(log)} mean over seeds` : null,
      "each run at its last measurement up to that step",
      profiles.some((profile) => profile.classifier !== null) ? "crosses: the classifier W, next to its class means" : null,
      profiles.some((profile) => profile.lacksLast)
        ? "the last layer's class means are missing: measured by a version that recorded only the classifier's value"
        : null,
      leftOut,
    ],
  };
}
