import type { ReactNode } from "react";
import { Rows, Table, Td, Th } from "../ui/Table.tsx";

const cell =
  "!h-7 whitespace-nowrap !px-1.5 text-xs print:!h-auto print:!whitespace-normal print:!px-0.5 print:!py-px print:!text-[6.5pt] print:!leading-[9pt]";
const cutCell = `${cell} max-w-56 truncate print:!max-w-none`;

export interface ReportColumn<Row> {
  title: string;
  of: (row: Row) => ReactNode;
  numeric?: boolean;
  /** Long texts in it are cut on a screen. */
  isCut?: boolean;
}

interface ReportTableProps<Row> {
  testId: string;
  /** Above it. */
  caption: string;
  columns: readonly ReportColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
}

/** A table of a report, small enough for paper. */
export function ReportTable<Row>({ testId, caption, columns, rows, keyOf }: ReportTableProps<Row>) {
  return (
    <>
      <p className="text-ink-faint text-xs">{caption}</p>
      <Table data-testid={testId}>
        <thead>
          <tr>
            {columns.map(({ title, numeric, isCut }, at) => (
              <Th key={at} numeric={numeric} className={isCut ? cutCell : cell}>
                {title}
              </Th>
            ))}
          </tr>
        </thead>
        <Rows>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ of, numeric, isCut }, at) => (
                <Td key={at} numeric={numeric} className={isCut ? cutCell : cell}>
                  {of(row)}
                </Td>
              ))}
            </tr>
          ))}
        </Rows>
      </Table>
    </>
  );
}

export const meansCaption = "Arithmetic mean ± standard deviation of the last values of the finished runs.";
/** @param counted "18 runs" */
export const runsCaption = (counted: string) => `Last values of ${counted}; those marked with * are in no mean, band or slope.`;
