import { tableColumns } from "../../../../contract/metrics/metricPlaces.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { ExternalRunRow } from "../../../../contract/wire/externalViews.ts";
import { meanBand } from "../../../../math/statistics/seedBand.ts";
import { plusMinus, plusMinusPercent } from "../../../text/plusMinus.ts";
import { isShare } from "../../model/metrics/valueText.ts";
import { meanRuns } from "../../model/runs/convergenceRule.ts";
import { type ConfigKey, compareValues, configValue, configValueText } from "./configKeys.ts";
import { compareRuns, type ExternalCell, externalCells } from "./externalCells.ts";
import { isLogged, loggedMeasures, type Measure, measureInfo, measureValue } from "./measures.ts";

export interface MeasureColumn {
  id: string;
  measure: Measure;
  split: Split;
  title: string;
}

/** Columns of logged numbers beside those of the metrics: the others are in the panels and in the export. */
const maxLogged = 8;

/** The metrics of the run table that some run has, and some of the numbers that the runs' own program logged. */
export function measureColumns(rows: readonly ExternalRunRow[]): MeasureColumn[] {
  const metrics = tableColumns
    .filter(({ metric, split }) => rows.some((row) => measureValue(row, metric, split) !== null))
    .map(({ id, metric, split, title }): MeasureColumn => ({ id, measure: metric, split, title }));
  const logged = loggedMeasures(rows)
    .slice(0, maxLogged)
    .map((measure): MeasureColumn => ({ id: measure, measure, split: "train", title: measureInfo(measure).label }));
  return [...metrics, ...logged];
}

/** Keys with a column each: those in which the runs differ; all where they differ in none, or where all are asked for. */
export const columnKeys = (keys: readonly ConfigKey[], all: boolean): ConfigKey[] => {
  const varying = keys.filter(({ varies }) => varies);
  return all || varying.length === 0 ? [...keys] : varying;
};

/** Arithmetic mean and sample standard deviation (null for one run) of the runs that count; null without a value. */
export function meanOfColumn(
  members: readonly ExternalRunRow[],
  { measure, split }: MeasureColumn,
  rule: LeaveOutRule | undefined,
): { mean: number; deviation: number | null; count: number } | null {
  const values = meanRuns(members, rule).flatMap((row) => measureValue(row, measure, split) ?? []);
  const band = meanBand(values);
  return band === null ? null : { mean: band.mean, deviation: band.standardDeviation, count: band.count };
}

/** A value, or a mean and its deviation, as tables show it: gaps and accuracies in percent. */
export const spreadText = (measure: Measure) => (!isLogged(measure) && isShare(measure) ? plusMinusPercent : plusMinus);

/** "0.0123 ± 0.0004", or "–" without a value. */
export function meanText(members: readonly ExternalRunRow[], column: MeasureColumn, rule: LeaveOutRule | undefined): string {
  const spread = meanOfColumn(members, column, rule);
  return spread === null ? "–" : spreadText(column.measure)(spread.mean, spread.deviation);
}

/** Words a run can be found by. */
const wordsOf = (row: ExternalRunRow): string =>
  [
    ...Object.entries(row.config.values).flatMap(([key, value]) => [
      `${key} ${configValueText(value)}`,
      `${key}=${configValueText(value)}`,
    ]),
    row.status,
    row.failure?.message ?? "",
  ]
    .join(" · ")
    .toLowerCase();

/** Runs with all parts of the filter ("depth 18, failed") in them, grouped over their seeds. */
export function externalGroups(
  rows: readonly ExternalRunRow[],
  keys: readonly ConfigKey[],
  filter: string,
): ExternalCell<ExternalRunRow>[] {
  const parts = filter
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const fitting = rows.filter((row) => {
    const words = wordsOf(row);
    return parts.every((part) =>
      new RegExp(`(^|[^a-z0-9])${part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}($|[^a-z0-9.])`).test(`${words} `),
    );
  });
  const cells = keys.filter((key) => key.varies && !key.isSeed).map(({ key }) => key);
  return externalCells(fitting, keys, cells);
}

/** Sorts groups and their members by a column ("key:depth:desc", "nc1:asc"); those without a value come last. */
export function sortExternal(
  groups: readonly ExternalCell<ExternalRunRow>[],
  sort: string | null,
  columns: readonly MeasureColumn[],
  rule: LeaveOutRule | undefined,
): ExternalCell<ExternalRunRow>[] {
  const at = sort?.lastIndexOf(":") ?? -1;
  if (sort === null || at < 0) return [...groups];
  const id = sort.slice(0, at);
  const sign = sort.slice(at + 1) === "desc" ? -1 : 1;
  const column = columns.find((one) => one.id === id);
  const valueIn = (members: readonly ExternalRunRow[]) => {
    const [first] = members;
    if (first === undefined) return undefined;
    if (id.startsWith("key:")) return configValue(first.config, id.slice("key:".length));
    if (id === "status") return first.status;
    if (id === "step") return Math.max(...members.map(({ step }) => step));
    if (column === undefined) return undefined;
    return (
      (members.length > 1 ? meanOfColumn(members, column, rule)?.mean : measureValue(first, column.measure, column.split)) ??
      undefined
    );
  };
  const compare = (a: readonly ExternalRunRow[], b: readonly ExternalRunRow[]) => {
    const [one, other] = [valueIn(a), valueIn(b)];
    return one === undefined || other === undefined ? compareValues(one, other) : sign * compareValues(one, other);
  };
  const inOrder = compareRuns([]);
  return groups
    .map((group) => ({ ...group, members: [...group.members].sort((a, b) => compare([a], [b]) || inOrder(a, b)) }))
    .sort((a, b) => compare(a.members, b.members));
}
