import { isExternalConfig } from "../external/externalConfig.ts";
import type { ExternalExperimentDetail } from "./externalViews.ts";
import type { ExperimentDetail, LayerProfileView, SeriesView } from "./views.ts";

/** What the report of any study (one HTML file) is made of. */
interface ReportOf<Detail> {
  /** The study as its reader may see it, thinned: see `roundedDigits`. */
  detail: Detail;
  /** Of NC1 on the training set, a few steps of each run. */
  profiles: LayerProfileView[];
  /** ISO 8601; empty for blind review. */
  madeAt: string;
  /** For blind review: no names, the study's own neither, no tags, addresses, ids and times. */
  anonymous: boolean;
  withNote: boolean;
}

/** Of a study that was trained here. */
export interface Supplement extends ReportOf<ExperimentDetail> {
  /** The config as YAML and JSON: launched again, it gives the same runs. */
  rerun: { yaml: string; json: string } | null;
  data: { label: string; sha256: string; trainSamples: number; testSamples: number; classes: number }[];
  /** Devices and versions of libraries, each combination once. */
  computed: { device: string; versions: Record<string, string>; runs: number }[];
}

/** Of runs that were trained elsewhere. */
export interface ExternalSupplement extends ReportOf<ExternalExperimentDetail> {
  /** Over the steps, of the last layer and what is none's, and of the first `reportedLogs` logged numbers. */
  series: SeriesView[];
  /** The programs that reported the runs, each version once; sha256 where it is the client that this server hands out. */
  clients: { name: string; version: string; runs: number; sha256: string | null }[];
}

export type AnySupplement = Supplement | ExternalSupplement;

export const isExternalSupplement = (supplement: AnySupplement): supplement is ExternalSupplement =>
  isExternalConfig(supplement.detail.config);

/** Digits that are kept of values of layers before the last one, and of curves over the steps; last values are in full. */
export const roundedDigits = 6;
/** Steps of the layer profile that are kept of each run. */
export const profileSteps = 12;
/** Points that are kept of each curve over the steps, fewer where there are very many curves. */
export const reportedPoints = 60;
/** Logged numbers, by name, whose curves are in a report; of the others the last values are. */
export const reportedLogs = 12;
