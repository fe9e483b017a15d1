import { layersOf } from "../../../contract/config/networkForm.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { type MetricFacts, type MetricGroup, metricGroups } from "../../../contract/metrics/metricFacts.ts";
import {
  type LayerMetric,
  lastMeansOf,
  layerMetrics,
  type Metric,
  metricInfo,
  networkMetrics,
  surveyMetrics,
} from "../../../contract/metrics/metricInfo.ts";
import { loggedName, parseSeriesKey, type Split, seriesKey } from "../../../contract/metrics/seriesKey.ts";
import { type LineStyle, runStyle, shadedColour } from "../../charts/lineStyle.ts";

export interface PanelPlan {
  id: string;
  title: string;
  metric: Metric | null;
  hint?: string;
  logY?: boolean;
  lines: { key: string; label: string; endLabel?: string; style: LineStyle }[];
  /** Draw L* in it. */
  optimum?: boolean;
}

type Part = NonNullable<MetricFacts["part"]>["of"];

export interface PanelGroup {
  title: string;
  /** Shown once it is asked for. */
  folded?: true;
  panels: PanelPlan[];
}

/** Metrics of the whole network with a panel to themselves, beside those that have a place below. */
const named: readonly Metric[] = ["loss", "fit", "accuracy", "stepMs", "learningRate", "elapsedMs"];
const alone = networkMetrics.filter(
  (metric) => metricInfo[metric].part === null && !metricInfo[metric].more && !named.includes(metric),
);

/** They share a panel with those that they are the other side of. */
const lastMeans = new Set(layerMetrics.map(lastMeansOf));

const ofSurvey = new Set<LayerMetric>(surveyMetrics);
const byLayers = layerMetrics.filter((metric) => !lastMeans.has(metric) && !ofSurvey.has(metric));

/** Layers drawn by default: the first, the last, and some between. */
export function spreadLayers(count: number, most = 8): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index + 1);
  const layers = Array.from({ length: most }, (_, index) => Math.round(1 + (index * (count - 1)) / (most - 1)));
  return [...new Set(layers)];
}

/** What panels need to know of a run's network, wherever it was trained. */
export interface PanelNetwork {
  /** Number of measured layers. */
  layers: number;
  /** "layer 3", and in few letters. */
  layerName: (layer: number) => string;
  layerMark: (layer: number) => string;
  style: LineStyle;
  /** Its colour, lighter or darker. @param shade 0 … 1 */
  shaded: (shade: number) => string;
}

/** A network that is trained here. */
export const trainedNetwork = (config: RunConfig): PanelNetwork => ({
  layers: layersOf(config),
  layerName: (layer) => `layer ${layer}`,
  layerMark: String,
  style: runStyle(config),
  shaded: (shade) => shadedColour(config, shade),
});

/** How the stored series of a run are grouped into panels; what has no place of its own comes last. */
export function planPanels(
  stored: readonly string[],
  network: PanelNetwork,
  layers: readonly number[],
  split: Split,
): PanelGroup[] {
  const has = new Set(stored);
  const placed = new Set<string>();
  const base = network.style;
  const test: LineStyle = { ...base, dash: "4 3", marker: "square" };

  const line = (key: string, label: string, style: LineStyle, endLabel?: string) => {
    placed.add(key);
    return has.has(key) ? [{ key, label, style, ...(endLabel ? { endLabel } : {}) }] : [];
  };
  const both = (metric: Metric): PanelPlan => ({
    id: metric,
    title: metricInfo[metric].label,
    metric,
    lines: [...line(seriesKey("train", metric), "train", base), ...line(seriesKey("test", metric), "test", test)],
  });
  const parts = (of: Part, id: string, title: string, hint: string): PanelPlan => {
    const members = networkMetrics.filter((metric) => metricInfo[metric].part?.of === of);
    return {
      id,
      title,
      hint,
      metric: members[0] ?? null,
      lines: members.flatMap((metric, index) =>
        line(seriesKey("train", metric), metricInfo[metric].part?.label ?? metricInfo[metric].label, partStyle(network, index)),
      ),
    };
  };
  const byLayer = (metric: LayerMetric): PanelPlan => ({
    id: metric,
    title: metricInfo[metric].label,
    metric,
    lines: layers.flatMap((layer) => {
      const style = layerStyle(network, layer);
      const ofMeans = layer === network.layers ? lastMeansOf(metric) : null;
      if (ofMeans === null)
        return line(seriesKey(split, metric, layer), network.layerName(layer), style, network.layerMark(layer));
      return [
        ...line(seriesKey(split, ofMeans, layer), network.layerName(layer), style, network.layerMark(layer)),
        ...line(seriesKey(split, metric, layer), "classifier W", { ...style, dash: "4 3", marker: "cross" }, "W"),
      ];
    }),
  });

  const groups: PanelGroup[] = [
    {
      title: "Objective",
      panels: [
        { ...both("loss"), optimum: true },
        parts("gap", "gap", "Gap to the UFM optimum", "(J − L*)/L*, split exactly"),
        parts("penalties", "ridge", "Penalties", "(λ/2)‖·‖² and slack"),
        both("fit"),
        both("accuracy"),
        parts("distance", "distance", "Distance to the optimal set", "0 at the optimum"),
        ...alone.filter((metric) => metricInfo[metric].direction !== null).map(both),
      ],
    },
    { title: "Neural collapse by layer", panels: byLayers.filter((metric) => !metricInfo[metric].more).map(byLayer) },
    { title: "Ranks and probes by layer", panels: surveyMetrics.map(byLayer) },
    ...(Object.keys(metricGroups) as MetricGroup[]).map((group): PanelGroup => {
      const refining = <Id extends Metric>(all: readonly Id[]) =>
        all.filter((metric) => metricInfo[metric].more && metricInfo[metric].group === group);
      return {
        title: `More: ${metricGroups[group]}`,
        folded: true,
        panels: [...refining(byLayers).map(byLayer), ...refining(networkMetrics).map(both)],
      };
    }),
    {
      title: "Training",
      panels: [
        both("stepMs"),
        both("learningRate"),
        both("elapsedMs"),
        ...alone.filter((metric) => metricInfo[metric].direction === null).map(both),
      ],
    },
  ];
  const logged = stored.flatMap((key) => {
    const name = loggedName(key);
    return name === null ? [] : [{ key, name }];
  });
  if (logged.length > 0)
    groups.push({
      title: "Logged by its own program",
      panels: logged.map(({ key, name }) => ({ id: panelId(key), title: name, metric: null, lines: line(key, name, base) })),
    });
  const known = new Set<string>([...networkMetrics, ...layerMetrics]);
  const others = stored.filter((key) => !placed.has(key) && !known.has(parseSeriesKey(key)?.metric ?? ""));
  if (others.length > 0)
    groups.push({
      title: "Other series",
      panels: others.map((key) => ({ id: key, title: key, metric: null, lines: line(key, key, base) })),
    });
  return groups
    .map((group) => ({ ...group, panels: group.panels.filter((panel) => panel.lines.length > 0) }))
    .filter((group) => group.panels.length > 0);
}

/** Names hold any sign; the id is part of a link to the panel. */
const panelId = (key: string) => encodeURIComponent(key).replaceAll("%", "-");

const layerStyle = (network: PanelNetwork, layer: number): LineStyle => ({
  colour: network.shaded((layer - 1) / Math.max(1, network.layers - 1)),
  dash: "",
  marker: "circle",
});

const partStyle = (network: PanelNetwork, index: number): LineStyle => ({
  colour: index === 0 ? "var(--ink)" : network.shaded(index % 2 === 1 ? 0.75 : 0.25),
  dash: ["", "6 3", "2 3", "9 3 2 3", "1 3"][index] ?? "",
  marker: (["circle", "square", "diamond", "triangle", "cross"] as const)[index] ?? "circle",
});
