import { type LayerMetric, layerMetrics, type Metric, metricInfo, type Split } from "../../contract/seriesKey.ts";
import { type XMode, xModes } from "../charts/seriesX.ts";
import type { CurveX } from "./depthCurves.ts";
import { type GridAxisId, gridAxisIds } from "./gridAxes.ts";

/** Everything a person can choose on the result page; it lives in the address, where defaults leave no trace. */
export interface ResultView {
  metric: Metric;
  split: Split;
  /** Axes that make a line each; null = all that vary. */
  lines: GridAxisId[] | null;
  curveX: CurveX | null;
  /** null = as the metric has it. */
  log: boolean | null;
  profileMetric: LayerMetric;
  /** Step of the layer profile; null = the latest. */
  profileStep: number | null;
  x: XMode;
  /** null = logarithmic if measured so. */
  logX: boolean | null;
  smoothing: number;
  zoom: { from: number; to: number } | null;
  /** Seed of the training panels; null = the first one; "all". */
  seed: number | "all" | null;
  depths: number[] | null;
  /** Ordinals of runs chosen one by one; they overrule seed and depths. */
  runs: number[] | null;
  /** Panels drawn the other way than by default (linear for logarithmic and back). */
  flipped: string[];
  /** Ordinal of the run of the geometry view. */
  geometryRun: number | null;
  geometryStep: number | null;
  /** Table: sort and filter. */
  sort: string | null;
  filter: string;
}

const defaults = { metric: "nc1.ratio", split: "train" } as const;

const numberOf = (text: string | null): number | null => {
  if (text === null || !/^\d{1,10}$/.test(text)) return null;
  return Number(text);
};
const listOf = (text: string | null): string[] | null => (text === null || text === "" ? null : text.split(",").slice(0, 500));
const numbersOf = (text: string | null): number[] | null =>
  listOf(text)
    ?.map(numberOf)
    .filter((value) => value !== null) ?? null;
const oneOf = <T extends string>(values: readonly T[], text: string | null): T | null =>
  values.find((value) => value === text) ?? null;
const flag = (text: string | null): boolean | null => (text === "1" ? true : text === "0" ? false : null);

/** Reads the address; what it does not understand counts as not chosen. */
export function readView(get: (name: string) => string | null): ResultView {
  const zoom = /^(\d{1,10})-(\d{1,10})$/.exec(get("zoom") ?? "");
  const seed = get("seed");
  const smoothing = Number(get("smooth") ?? 0);
  return {
    metric: oneOf(Object.keys(metricInfo) as Metric[], get("metric")) ?? defaults.metric,
    split: oneOf(["train", "test"], get("split")) ?? defaults.split,
    lines:
      get("lines") === "none"
        ? []
        : (listOf(get("lines"))
            ?.map((id) => oneOf(gridAxisIds, id))
            .filter((id) => id !== null) ?? null),
    curveX: oneOf(["depth", "width"], get("over")),
    log: flag(get("log")),
    profileMetric: oneOf(layerMetrics, get("profile")) ?? defaults.metric,
    profileStep: numberOf(get("at")),
    x: oneOf(xModes, get("x")) ?? "step",
    logX: flag(get("logx")),
    smoothing: smoothing > 0 && smoothing < 1 ? smoothing : 0,
    zoom: zoom && Number(zoom[2]) > Number(zoom[1]) ? { from: Number(zoom[1]), to: Number(zoom[2]) } : null,
    seed: seed === "all" ? "all" : numberOf(seed),
    depths: numbersOf(get("depths")),
    runs: numbersOf(get("runs")),
    flipped: listOf(get("flip")) ?? [],
    geometryRun: numberOf(get("geometry")),
    geometryStep: numberOf(get("geometryAt")),
    sort: get("sort"),
    filter: get("filter") ?? "",
  };
}

/** Parameters of the address for some changes; null takes one out. */
export function viewPatch(changes: Partial<ResultView>): Record<string, string | number | null> {
  const patch: Record<string, string | number | null> = {};
  const bit = (value: boolean | null | undefined) => (value === null || value === undefined ? null : value ? "1" : "0");
  const list = (values: readonly (string | number)[] | null | undefined) =>
    values === null || values === undefined || values.length === 0 ? null : values.join(",");
  for (const [name, value] of Object.entries(changes) as [keyof ResultView, never][]) {
    switch (name) {
      case "metric":
        patch.metric = value === defaults.metric ? null : value;
        break;
      case "split":
        patch.split = value === defaults.split ? null : value;
        break;
      case "lines":
        patch.lines = (value as string[] | null)?.length === 0 ? "none" : list(value);
        break;
      case "curveX":
        patch.over = value;
        break;
      case "log":
        patch.log = bit(value);
        break;
      case "profileMetric":
        patch.profile = value === defaults.metric ? null : value;
        break;
      case "profileStep":
        patch.at = value;
        break;
      case "x":
        patch.x = value === "step" ? null : value;
        break;
      case "logX":
        patch.logx = bit(value);
        break;
      case "smoothing":
        patch.smooth = (value as number) > 0 ? value : null;
        break;
      case "zoom": {
        const zoom = value as ResultView["zoom"];
        patch.zoom = zoom ? `${zoom.from}-${zoom.to}` : null;
        break;
      }
      case "seed":
        patch.seed = value;
        break;
      case "depths":
      case "runs":
        patch[name] = list(value);
        break;
      case "flipped":
        patch.flip = list(value);
        break;
      case "geometryRun":
        patch.geometry = value;
        break;
      case "geometryStep":
        patch.geometryAt = value;
        break;
      case "sort":
      case "filter":
        patch[name] = value || null;
        break;
    }
  }
  return patch;
}
