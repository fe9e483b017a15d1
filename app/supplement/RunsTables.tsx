import { isUnconverged, type LeaveOutRule } from "../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../contract/wire/views.ts";
import { type GridAxisId, gridAxes, varyingAxes } from "../result/model/grid/gridAxes.ts";
import { studyValue } from "../result/model/metrics/studyMetrics.ts";
import { valueText } from "../result/model/metrics/valueText.ts";
import { metricColumns } from "../result/model/runs/runColumns.ts";
import { sortGroups, tableGroups } from "../result/model/runs/tableGroups.ts";
import { MeanCell } from "../result/parts/MeanCell.tsx";
import { countOf } from "../text/formatNumber.ts";
import { statusText } from "../ui/Badge.tsx";
import { meansCaption, type ReportColumn, ReportTable, runsCaption } from "./ReportTable.tsx";

interface TableProps {
  rows: readonly RunRow[];
  rule: LeaveOutRule;
}

/** Axes that tell runs apart, seeds aside. */
function axisColumns(rows: readonly RunRow[]): ReportColumn<Pick<RunRow, "config">>[] {
  const axes = varyingAxes(rows.map((row) => row.config)).filter((axis) => axis !== "seed");
  const shown: GridAxisId[] = axes.length > 0 ? axes : ["depth"];
  return shown.map((axis) => ({ title: gridAxes[axis].title, of: ({ config }) => gridAxes[axis].label(config) }));
}

/** Arithmetic mean ± standard deviation over the seeds of each cell. */
export function MeansTable({ rows, rule }: TableProps) {
  const columns = metricColumns(rows);
  const groups = sortGroups(tableGroups(rows, ""), null, columns, rule);
  const shown: ReportColumn<(typeof groups)[number]>[] = [
    ...axisColumns(rows),
    { title: "Runs", of: ({ members }) => members.length },
    ...columns.map(({ title, metric, split }) => ({
      title,
      numeric: true,
      of: ({ members }: (typeof groups)[number]) => <MeanCell members={members} metric={metric} split={split} rule={rule} />,
    })),
  ];
  return <ReportTable testId="means" caption={meansCaption} columns={shown} rows={groups} keyOf={({ key }) => key} />;
}

/** The last values of every run. */
export function RunsTable({ rows, rule }: TableProps) {
  const shown: ReportColumn<RunRow>[] = [
    { title: "Run", of: (row) => `${row.ordinal + 1}${isUnconverged(row, rule) ? "*" : ""}` },
    ...axisColumns(rows),
    { title: "Seed", of: ({ config }) => config.seed },
    { title: "State", of: ({ status }) => statusText(status) },
    ...metricColumns(rows).map(({ title, metric, split }) => ({
      title,
      numeric: true,
      of: (row: RunRow) => {
        const value = studyValue(row, metric, split);
        return value === null ? "–" : valueText(value, metric);
      },
    })),
  ];
  const caption = runsCaption(countOf(rows.length, "run"));
  return <ReportTable testId="runs" caption={caption} columns={shown} rows={rows} keyOf={({ ordinal }) => ordinal} />;
}
