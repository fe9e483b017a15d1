import { isUnconverged, type LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { configKeys, configValue, configValueText } from "../../result/external/model/configKeys.ts";
import { columnKeys, externalGroups, meanText, measureColumns, spreadText } from "../../result/external/model/externalTable.ts";
import { measureValue } from "../../result/external/model/measures.ts";
import { countOf } from "../../text/formatNumber.ts";
import { statusText } from "../../ui/Badge.tsx";
import { meansCaption, type ReportColumn, ReportTable, runsCaption } from "../ReportTable.tsx";

interface TableProps {
  rows: readonly ExternalRunRow[];
  rule: LeaveOutRule;
}

/** Arithmetic mean ± standard deviation over the runs that differ in seeds alone. */
export function ExternalMeans({ rows, rule }: TableProps) {
  const keys = configKeys(rows);
  const groups = externalGroups(rows, keys, "");
  const shown: ReportColumn<(typeof groups)[number]>[] = [
    ...columnKeys(keys, false)
      .filter(({ isSeed }) => !isSeed)
      .map(({ key }) => ({
        title: key,
        isCut: true,
        of: ({ members: [first] }: (typeof groups)[number]) => first && configValueText(configValue(first.config, key)),
      })),
    { title: "Runs", of: ({ members }) => members.length },
    ...measureColumns(rows).map((column) => ({
      title: column.title,
      numeric: true,
      of: ({ members }: (typeof groups)[number]) => meanText(members, column, rule),
    })),
  ];
  return <ReportTable testId="means" caption={meansCaption} columns={shown} rows={groups} keyOf={({ key }) => key} />;
}

/** The last values of every run, beside the keys of its config that tell it from the others. */
export function ExternalRuns({ rows, rule }: TableProps) {
  const shown: ReportColumn<ExternalRunRow>[] = [
    { title: "Run", of: (row) => `${row.ordinal + 1}${isUnconverged(row, rule) ? "*" : ""}` },
    ...columnKeys(configKeys(rows), false).map(({ key }) => ({
      title: key,
      isCut: true,
      of: ({ config }: ExternalRunRow) => configValueText(configValue(config, key)),
    })),
    { title: "State", of: ({ status }) => statusText(status) },
    { title: "Step", numeric: true, of: ({ step }) => step },
    ...measureColumns(rows).map(({ title, measure, split }) => ({
      title,
      numeric: true,
      of: (row: ExternalRunRow) => {
        const value = measureValue(row, measure, split);
        return value === null ? "–" : spreadText(measure)(value, null);
      },
    })),
  ];
  const caption = runsCaption(countOf(rows.length, "run"));
  return <ReportTable testId="runs" caption={caption} columns={shown} rows={rows} keyOf={({ ordinal }) => ordinal} />;
}
