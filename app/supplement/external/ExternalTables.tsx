import { isUnconverged, type LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { configKeys, configValue, configValueText } from "../../result/external/model/configKeys.ts";
import { columnKeys, externalGroups, meanText, measureColumns, spreadText } from "../../result/external/model/externalTable.ts";
import { measureValue } from "../../result/external/model/measures.ts";
import { countOf } from "../../text/formatNumber.ts";
import { statusText } from "../../ui/Badge.tsx";
import { Rows, Table, Td, Th } from "../../ui/Table.tsx";
import { cell } from "../RunsTables.tsx";

interface TableProps {
  rows: readonly ExternalRunRow[];
  rule: LeaveOutRule;
}

const keyCell = `${cell} max-w-56 truncate print:!max-w-none`;

/** Arithmetic mean ± standard deviation over the runs that differ in seeds alone. */
export function ExternalMeans({ rows, rule }: TableProps) {
  const keys = configKeys(rows);
  const shown = columnKeys(keys, false).filter(({ isSeed }) => !isSeed);
  const columns = measureColumns(rows);
  return (
    <>
      <p className="text-ink-faint text-xs">Arithmetic mean ± standard deviation of the last values of the finished runs.</p>
      <Table data-testid="means">
        <thead>
          <tr>
            {shown.map(({ key }) => (
              <Th key={key} className={keyCell}>
                {key}
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
          {externalGroups(rows, keys, "").map(({ key: group, members }) => (
            <tr key={group}>
              {shown.map(({ key }) => (
                <Td key={key} className={keyCell}>
                  {members[0] && configValueText(configValue(members[0].config, key))}
                </Td>
              ))}
              <Td className={cell}>{members.length}</Td>
              {columns.map((column) => (
                <Td key={column.id} numeric className={cell}>
                  {meanText(members, column, rule)}
                </Td>
              ))}
            </tr>
          ))}
        </Rows>
      </Table>
    </>
  );
}

/** The last values of every run, beside the keys of its config that tell it from the others. */
export function ExternalRuns({ rows, rule }: TableProps) {
  const keys = columnKeys(configKeys(rows), false);
  const columns = measureColumns(rows);
  return (
    <>
      <p className="text-ink-faint text-xs">
        Last values of {countOf(rows.length, "run")}; those marked with * are in no mean, band or slope.
      </p>
      <Table data-testid="runs">
        <thead>
          <tr>
            <Th className={cell}>Run</Th>
            {keys.map(({ key }) => (
              <Th key={key} className={keyCell}>
                {key}
              </Th>
            ))}
            <Th className={cell}>State</Th>
            <Th numeric className={cell}>
              Step
            </Th>
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
              {keys.map(({ key }) => (
                <Td key={key} className={keyCell}>
                  {configValueText(configValue(row.config, key))}
                </Td>
              ))}
              <Td className={cell}>{statusText(row.status)}</Td>
              <Td numeric className={cell}>
                {row.step}
              </Td>
              {columns.map(({ id, measure, split }) => {
                const value = measureValue(row, measure, split);
                return (
                  <Td key={id} numeric className={cell}>
                    {value === null ? "–" : spreadText(measure)(value, null)}
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
