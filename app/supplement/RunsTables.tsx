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
import { Rows, Table, Td, Th } from "../ui/Table.tsx";

interface TableProps {
  rows: readonly RunRow[];
  rule: LeaveOutRule;
}

/** Axes that tell runs apart, seeds aside. */
function shownAxes(rows: readonly RunRow[]): GridAxisId[] {
  const axes = varyingAxes(rows.map((row) => row.config)).filter((axis) => axis !== "seed");
  return axes.length > 0 ? axes : ["depth"];
}

/** How a cell of a report's tables looks. */
export const cell =
  "!h-7 whitespace-nowrap !px-1.5 text-xs print:!h-auto print:!whitespace-normal print:!px-0.5 print:!py-px print:!text-[6.5pt] print:!leading-[9pt]";

/** Arithmetic mean ± standard deviation over the seeds of each cell. */
export function MeansTable({ rows, rule }: TableProps) {
  const columns = metricColumns(rows);
  const axes = shownAxes(rows);
  const groups = sortGroups(tableGroups(rows, ""), null, columns, rule);
  return (
    <>
      <p className="text-ink-faint text-xs">Arithmetic mean ± standard deviation of the last values of the finished runs.</p>
      <Table data-testid="means">
        <thead>
          <tr>
            {axes.map((axis) => (
              <Th key={axis} className={cell}>
                {gridAxes[axis].title}
              </Th>
            ))}
            <Th className={cell}>Runs</Th>
            {columns.map(({ id, title }) => (
              <Th key={id} numeric className={cell}>
                {title}
              </Th>
            ))}
          </tr>
        </thead>
        <Rows>
          {groups.map((group) => (
            <tr key={group.key}>
              {axes.map((axis) => (
                <Td key={axis} className={cell}>
                  {gridAxes[axis].label(group.config)}
                </Td>
              ))}
              <Td className={cell}>{group.members.length}</Td>
              {columns.map(({ id, metric, split }) => (
                <Td key={id} numeric className={cell}>
                  <MeanCell members={group.members} metric={metric} split={split} rule={rule} />
                </Td>
              ))}
            </tr>
          ))}
        </Rows>
      </Table>
    </>
  );
}

/** The last values of every run. */
export function RunsTable({ rows, rule }: TableProps) {
  const columns = metricColumns(rows);
  const axes = shownAxes(rows);
  return (
    <>
      <p className="text-ink-faint text-xs">
        Last values of {countOf(rows.length, "run")}; those marked with * are in no mean, band or slope.
      </p>
      <Table data-testid="runs">
        <thead>
          <tr>
            <Th className={cell}>Run</Th>
            {axes.map((axis) => (
              <Th key={axis} className={cell}>
                {gridAxes[axis].title}
              </Th>
            ))}
            <Th className={cell}>Seed</Th>
            <Th className={cell}>State</Th>
            {columns.map(({ id, title }) => (
              <Th key={id} numeric className={cell}>
                {title}
              </Th>
            ))}
          </tr>
        </thead>
        <Rows>
          {rows.map((row) => (
            <tr key={row.ordinal}>
              <Td className={cell}>
                {row.ordinal + 1}
                {isUnconverged(row, rule) && "*"}
              </Td>
              {axes.map((axis) => (
                <Td key={axis} className={cell}>
                  {gridAxes[axis].label(row.config)}
                </Td>
              ))}
              <Td className={cell}>{row.config.seed}</Td>
              <Td className={cell}>{statusText(row.status)}</Td>
              {columns.map(({ id, metric, split }) => {
                const value = studyValue(row, metric, split);
                return (
                  <Td key={id} numeric className={cell}>
                    {value === null ? "–" : valueText(value, metric)}
                  </Td>
                );
              })}
            </tr>
          ))}
        </Rows>
      </Table>
    </>
  );
}
