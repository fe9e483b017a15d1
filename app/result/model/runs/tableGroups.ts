import type { StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { meanBand } from "../../../../math/statistics/seedBand.ts";
import { type Cell, cellLabel, compareConfigs, type GridAxisId, gridAxisIds, groupCells } from "../grid/gridAxes.ts";
import { studyValue } from "../metrics/studyMetrics.ts";
import { meanRuns } from "./convergenceRule.ts";

interface TableColumn {
  id: string;
  metric: StudyMetric;
  split: Split;
}

const cellAxes = gridAxisIds.filter((axis) => axis !== "seed");

/** Words a run can be found by. */
const wordsOf = (row: RunRow): string =>
  `${cellLabel(row.config, gridAxisIds)} depth ${row.config.depth} width ${row.config.width} ${row.status} ${row.failure?.message ?? ""} ${row.workerName ?? ""}`.toLowerCase();

/** Runs that fit every part of the filter ("depth 5, failed"), grouped over their seeds. */
export function tableGroups(rows: readonly RunRow[], filter: string): Cell<RunRow>[] {
  const parts = filter
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const fits = (row: RunRow) => {
    const words = wordsOf(row);
    return parts.every(
      (part) =>
        new RegExp(`(^|[^a-z0-9.])${escapePattern(part)}($|[^a-z0-9.])`).test(words) ||
        (/[a-z]$/.test(part) && words.includes(part)),
    );
  };
  return groupCells(parts.length === 0 ? rows : rows.filter(fits), cellAxes);
}

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Arithmetic mean and sample standard deviation (null for one run) of the runs' last values; null without a value. */
export function meanAndDeviation(
  rows: readonly RunRow[],
  metric: StudyMetric,
  split: Split,
): { mean: number; deviation: number | null; count: number } | null {
  const values = rows.map((row) => studyValue(row, metric, split)).filter((value) => value !== null);
  const band = meanBand(values);
  return band === null ? null : { mean: band.mean, deviation: band.standardDeviation, count: band.count };
}

/** Sorts groups and their members by a column ("nc1:desc"), groups by the mean that the table shows; those without a value come last. */
export function sortGroups(
  groups: readonly Cell<RunRow>[],
  sort: string | null,
  columns: readonly TableColumn[],
  rule?: LeaveOutRule,
): Cell<RunRow>[] {
  const [id, direction] = (sort ?? "").split(":");
  const sign = direction === "desc" ? -1 : 1;
  const axis = gridAxisIds.find((one) => one === id) as GridAxisId | undefined;
  const column = columns.find((one) => one.id === id);
  const value = (rows: readonly RunRow[]): number | string | null => {
    if (column) return meanAndDeviation(rows.length > 1 ? meanRuns(rows, rule) : rows, column.metric, column.split)?.mean ?? null;
    if (id === "step") return Math.max(...rows.map((row) => row.step));
    if (id === "status") return rows[0]?.status ?? null;
    return null;
  };
  const compare = (a: readonly RunRow[], b: readonly RunRow[]): number => {
    const [first, second] = [a[0], b[0]];
    if (!first || !second) return 0;
    if (axis) return sign * compareConfigs(first.config, second.config, [axis]) || compareConfigs(first.config, second.config);
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    if (typeof x === "string" || typeof y === "string") return sign * String(x).localeCompare(String(y));
    return sign * (x - y);
  };
  if (!axis && !column && id !== "step" && id !== "status") return [...groups];
  return groups
    .map((group) => ({ ...group, members: [...group.members].sort((a, b) => compare([a], [b])) }))
    .sort((a, b) => compare(a.members, b.members));
}
