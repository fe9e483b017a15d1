import { type MetricColumn, tableColumns } from "../../../../contract/metrics/metricPlaces.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { studyValue } from "../metrics/studyMetrics.ts";

/** Metrics of the run table: the usual ones, and the rare ones that some run has. */
export const metricColumns = (rows: readonly RunRow[]): readonly MetricColumn[] =>
  tableColumns.filter(({ rare, metric, split }) => !rare || rows.some((row) => studyValue(row, metric, split) !== null));
