import { type LayerMetric, lastMeansOf, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { type Split, seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { ExternalRunRow } from "../../../../contract/wire/externalViews.ts";
import type { AxisOptions } from "../../../charts/axes/axisOptions.ts";
import { categoryAt } from "../../../charts/axes/categoryAxis.ts";
import type { ChartSeries } from "../../../charts/chartTypes.ts";
import { meanKind, meanText } from "../../../text/meanText.ts";
import { convergedRuns, leftOutOfRows } from "../../model/runs/convergenceRule.ts";
import { profileOf, type SeriesStore } from "../../model/runs/layerProfiles.ts";
import { endedBadly } from "../../model/study/seedCurve.ts";
import { configKeys } from "./configKeys.ts";
import { externalCells } from "./externalCells.ts";
import { externalStyles } from "./externalStyle.ts";
import { layerCount } from "./measures.ts";

/** More names than these cannot be read under an axis: layers are then placed by relative depth. */
const maxNames = 40;

/** Names of all layers in one order that keeps every network's own: each new one stands behind the one before it. */
export function mergeLayers(lists: readonly (readonly string[])[]): string[] {
  const merged: string[] = [];
  for (const list of [...lists].sort((a, b) => b.length - a.length)) {
    let at = 0;
    for (const name of list) {
      const there = merged.indexOf(name);
      if (there < 0) merged.splice(at, 0, name);
      at = (there < 0 ? at : there) + 1;
    }
  }
  return merged;
}

interface LayerChoice {
  metric: LayerMetric;
  split: Split;
  /** null = the latest step. */
  at: number | null;
  log: boolean;
}

/** All steps at which some runs measured a metric at their first or last layer, in order. */
function measuredSteps(store: SeriesStore, rows: readonly ExternalRunRow[], metric: LayerMetric, split: Split): number[] {
  const steps = new Set<number>();
  for (const run of rows)
    for (const layer of [1, layerCount(run)])
      if (layer > 0) for (const step of store.series(run.id, seriesKey(split, metric, layer)).steps) steps.add(step);
  return [...steps].sort((a, b) => a - b);
}

/** The layer profile of runs that were trained elsewhere, by the names of their layers. */
export function namedLayerDrawing(
  store: SeriesStore,
  all: readonly ExternalRunRow[],
  { metric, split, at, log }: LayerChoice,
  rule: LeaveOutRule | undefined,
) {
  const info = metricInfo[metric];
  const rows = convergedRuns(all, rule).filter((run) => !endedBadly(run) && layerCount(run) > 0);
  const steps = measuredSteps(store, rows, metric, split);
  const keys = configKeys(all);
  const lines = keys.filter((key) => key.varies && !key.isSeed).map(({ key }) => key);
  const names = mergeLayers(rows.map(({ config }) => config.layers ?? []));
  const named = names.length <= maxNames;
  const styleOf = externalStyles(keys, lines);
  const cells = externalCells(rows, keys, lines).flatMap((cell) => {
    // Seeds of one network have the same layers; where they do not, each list is a line of its own.
    const lists = Map.groupBy(cell.members, ({ config }) => JSON.stringify(config.layers));
    return [...lists.values()].flatMap((members, index) => {
      const run = members[0] as ExternalRunRow;
      const layers = run.config.layers ?? [];
      const profile = profileOf(store, members, layers.length, metric, split, at ?? steps.at(-1) ?? 0, log);
      return profile === null ? [] : [{ ...profile, key: `${cell.key}${index || ""}`, label: cell.label, run, layers }];
    });
  });
  const xOf = (layers: readonly string[], index: number) =>
    named ? names.indexOf(layers[index] as string) : (index + 1) / layers.length;
  const profiles = cells.map(
    (cell): ChartSeries => ({
      id: cell.key,
      label: cell.label || "all runs",
      style: styleOf(cell.run),
      xs: cell.layers.map((_, index) => xOf(cell.layers, index)),
      ys: cell.ys,
      draw: cell.layers.length <= 12 ? "line-and-dots" : "line",
      notes: cell.layers.map((name) => `${name}, ${meanText(cell.count, meanKind(log))}`),
    }),
  );
  const classifiers = cells
    .filter(({ classifier }) => classifier !== null)
    .map(
      (cell): ChartSeries => ({
        id: `${cell.key}/classifier`,
        label: `${cell.label || "all runs"}: classifier W`,
        style: { ...styleOf(cell.run), marker: "cross", dash: "" },
        xs: [xOf(cell.layers, cell.layers.length - 1)],
        ys: [cell.classifier],
        draw: "dots",
        notes: ["classifier W, not of class means"],
        minor: true,
        strong: true,
      }),
    );
  const x: AxisOptions = named
    ? { label: "layer", kind: "linear", categories: names }
    : { label: "layer l/L", kind: "linear", range: [0, 1] };
  const y: AxisOptions = { label: info.label, kind: log ? "log10" : "linear" };
  return {
    ...{ steps, x, y },
    title: `${info.label} over the layers`,
    series: [...profiles, ...classifiers],
    layerText: (place: number) => (named ? categoryAt(place, names) : `l/L = ${place.toFixed(2)}`),
    notices: [
      cells.some(({ count }) => count > 1) ? `${meanKind(log)} mean over seeds` : null,
      profiles.length > 0 ? "each run at its last measurement up to that step" : null,
      lastMeansOf(metric) !== null && classifiers.length > 0 ? "crosses: the classifier W, next to its class means" : null,
      named ? null : `${names.length} different layers, placed by relative depth`,
      leftOutOfRows(all, rule),
    ],
  };
}
