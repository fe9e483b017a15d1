import { type ExternalExperimentConfig, type ExternalRunConfig, isExternal } from "../external/externalConfig.ts";
import type { ExternalFacts } from "../external/externalFacts.ts";
import type { ExperimentDetail, RunDetail, RunRow } from "./views.ts";

/** What the server shows of runs and studies that were trained elsewhere: the same as of others, with configs of their own. */

/** A run that was trained elsewhere, and reported. */
export interface ExternalRunRow extends Omit<RunRow, "config"> {
  config: ExternalRunConfig;
  external: ExternalFacts;
}

export type AnyRunRow = RunRow | ExternalRunRow;

/** A study of runs that were trained elsewhere. */
export interface ExternalExperimentDetail extends Omit<ExperimentDetail, "config" | "runs"> {
  config: ExternalExperimentConfig;
  runs: ExternalRunRow[];
}

export type AnyExperimentDetail = ExperimentDetail | ExternalExperimentDetail;

export interface ExternalRunDetail extends Omit<RunDetail, "row"> {
  row: ExternalRunRow;
}

export type AnyRunDetail = RunDetail | ExternalRunDetail;

export const isExternalRun = (detail: AnyRunDetail): detail is ExternalRunDetail => isExternal(detail.row);
