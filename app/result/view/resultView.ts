import { type LayerMetric, layerMetrics, type StudyMetric } from "../../../contract/metrics/metricInfo.ts";
import { studyMetrics } from "../../../contract/metrics/metricPlaces.ts";
import { type Split, splits } from "../../../contract/metrics/seriesKey.ts";
import { type XMode, xModes } from "../../charts/axes/seriesX.ts";
import type { GeometryChoice } from "../model/geometry/wantedGeometry.ts";
import type { GridAxisId } from "../model/grid/gridAxes.ts";
import type { RunChoice } from "../model/runs/shownRuns.ts";
import { type StudyAxisId, studyAxisIds } from "../model/study/studyAxes.ts";
import { tunnelTau } from "../model/study/tunnelStarts.ts";
import { flag, linesOf, listOf, numberOf, numbersOf, oneOf, writeFlag, writeLines, writeList } from "./addressValues.ts";
import { readStudyView, type StudyView, studyPatch } from "./studyView.ts";

/** Everything a person can choose on the result page; it lives in the address, where defaults leave no trace. */
export interface ResultView extends StudyView, RunChoice, GeometryChoice {
  metric: StudyMetric;
  split: Split;
  /** Axes that make a line each; null = all that vary. */
  lines: GridAxisId[] | null;
  /** null = the first axis that varies. */
  over: StudyAxisId | null;
  /** null = as the metric has it. */
  log: boolean | null;
  profileMetric: LayerMetric;
  /** Step of the layer profile; null = the latest. */
  profileStep: number | null;
  /** τ: layers this near to the last one's accuracy count as good as it. */
  within: number;
  x: XMode;
  /** null = logarithmic if measured so. */
  logX: boolean | null;
  smoothing: number;
  zoom: { from: number; to: number } | null;
  /** Panels drawn the other way than by default (linear for logarithmic and back). */
  flipped: string[];
  geometryStep: number | null;
  /** Table: sort and filter. */
  sort: string | null;
  filter: string;
  /** Means and slopes count the runs too that a rule leaves out. */
  countAll: boolean;
}

const defaults = { metric: "nc1.ratio", split: "train", within: tunnelTau } as const;

/** Reads the address; what it does not understand counts as not chosen. */
export function readView(get: (name: string) => string | null): ResultView {
  const zoom = /^(\d{1,10})-(\d{1,10})$/.exec(get("zoom") ?? "");
  const seed = get("seed");
  const smoothing = Number(get("smooth") ?? 0);
  return {
    metric: oneOf(studyMetrics, get("metric")) ?? defaults.metric,
    split: oneOf(splits, get("split")) ?? defaults.split,
    lines: linesOf(get("lines")),
    over: oneOf(studyAxisIds, get("over")),
    log: flag(get("log")),
    profileMetric: oneOf(layerMetrics, get("profile")) ?? defaults.metric,
    profileStep: numberOf(get("at")),
    within: withinOf(get("within")),
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
    countAll: get("all") === "1",
    ...readStudyView(get),
  };
}

function withinOf(text: string | null): number {
  const tau = Number(text ?? defaults.within);
  return tau > 0 && tau <= 1 ? tau : defaults.within;
}

/** Parameters of the address for some changes; null takes one out. */
export function viewPatch(changes: Partial<ResultView>): Record<string, string | number | null> {
  const patch: Record<string, string | number | null> = {};
  for (const [name, value] of Object.entries(changes) as [keyof ResultView, never][]) {
    switch (name) {
      case "metric":
        patch.metric = value === defaults.metric ? null : value;
        break;
      case "split":
        patch.split = value === defaults.split ? null : value;
        break;
      case "lines":
        patch.lines = writeLines(value);
        break;
      case "over":
        patch.over = value;
        break;
      case "log":
        patch.log = writeFlag(value);
        break;
      case "profileMetric":
        patch.profile = value === defaults.metric ? null : value;
        break;
      case "profileStep":
        patch.at = value;
        break;
      case "within":
        patch.within = value === defaults.within ? null : value;
        break;
      case "x":
        patch.x = value === "step" ? null : value;
        break;
      case "logX":
        patch.logx = writeFlag(value);
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
        patch[name] = writeList(value);
        break;
      case "flipped":
        patch.flip = writeList(value);
        break;
      case "geometryRun":
        patch.geometry = value;
        break;
      case "geometryStep":
        patch.geometryAt = value;
        break;
      case "countAll":
        patch.all = value ? "1" : null;
        break;
      case "sort":
      case "filter":
        patch[name] = value || null;
        break;
      default:
        Object.assign(patch, studyPatch(name, value));
    }
  }
  return patch;
}
