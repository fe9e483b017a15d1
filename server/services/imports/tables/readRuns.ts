import type { ExternalValue } from "../../../../contract/external/externalConfig.ts";
import { externalLimits } from "../../../../contract/external/externalLimits.ts";
import { storableText } from "../../../../contract/wireText.ts";
import type { Draft, DraftRun } from "../draft/draft.ts";
import { counted, quoted } from "../refuse.ts";
import { baseName } from "../uploadedFile.ts";
import type { ColumnMap } from "./columns.ts";
import { readNumber, readValue } from "./readCell.ts";
import type { Row, Table } from "./readTable.ts";

const nameLength = 200;

interface RowsAreRuns {
  /** Id of the run of a row; absent: rows with the same name and axes are of one run. */
  idOf?: (name: string) => string;
  onRow?: (run: DraftRun, row: Row) => void;
}

/** Reads a table whose rows are points of runs, or runs, into a draft. @throws Failure INVALID for what is no table */
export async function readRuns(table: Table, map: ColumnMap, draft: Draft, { idOf, onRow }: RowsAreRuns = {}): Promise<void> {
  const { columns, delimiter, file } = table;
  const lineOf = new Map<DraftRun, number>();
  for await (const row of table.rows()) {
    const place = (at: number) => `${file.name}, line ${counted(row.line)}, column ${quoted(columns[at]!)}`;
    const run = runOf(table, map, row, draft, idOf);
    onRow?.(run, row);
    const step = map.step === null ? 0 : stepOf(table, row, map.step, draft, place);
    if (step === null) continue;
    const earlier = lineOf.get(run);
    if (map.step === null && earlier !== undefined) {
      draft.problems.errorOnce(
        "no step",
        () =>
          `${file.name}, line ${counted(row.line)}: is of the run ${quoted(run.name)}, as line ${counted(earlier)} is. Say which column is the step, or which one tells runs apart.`,
      );
      continue;
    }
    lineOf.set(run, row.line);
    for (const { at, key } of map.metrics) {
      const cell = row.cells[at]!;
      const value = readNumber(cell, delimiter);
      if (typeof value === "number") draft.addPoint(run, key, step, value);
      else if (value === "not finite")
        draft.problems.count(
          "not finite",
          () => `${quoted(cell.trim())} in ${place(at)}`,
          (count, first) => `Values that are NaN or infinite: ${count} (the first: ${first}). They become gaps.`,
        );
      else if (value === undefined)
        draft.problems.errorOnce(
          `no number ${at}`,
          () =>
            `${place(at)}: ${quoted(cell)} is no number, as a metric's value must be, with a decimal point and without thousands separators. Say that the column is something else, or leave it out.`,
        );
    }
  }
}

function runOf(
  { file, delimiter }: Table,
  { run, axes }: ColumnMap,
  { cells }: Row,
  draft: Draft,
  idOf: RowsAreRuns["idOf"],
): DraftRun {
  const values = new Map<string, ExternalValue>();
  for (const { at, key } of axes) {
    const value = readValue(cells[at]!, delimiter);
    if (value !== null) values.set(key, value);
  }
  const named = run.map((at) => cells[at]!.trim()).filter((text) => text !== "");
  const fallback = axes.length > 0 ? [...values].map(([key, value]) => `${key} ${value}`).join(", ") : baseName(file.name);
  const name = storableText(named.join(" ") || fallback || "run", nameLength);
  const isWhole = run.length === 0 && axes.length === 0;
  const found = draft.run(idOf?.(name) ?? (isWhole ? file.name : JSON.stringify([named, [...values]])), name);
  if (found.values.size === 0) found.values = values;
  return found;
}

/** @returns null where the row has none */
function stepOf(
  { delimiter }: Table,
  { cells }: Row,
  at: number,
  { problems }: Draft,
  place: (at: number) => string,
): number | null {
  const cell = cells[at]!;
  const step = readNumber(cell, delimiter);
  if (typeof step === "number" && Number.isInteger(step) && step >= 0 && step <= externalLimits.step) return step;
  if (step === null)
    problems.count(
      "no step",
      () => place(at),
      (count, first) => `Rows without a step: ${count} (the first: ${first}). They are left out.`,
    );
  else
    problems.errorOnce(
      "step",
      () =>
        `${place(at)}: a step must be a whole number from 0 to ${counted(externalLimits.step)}, but is ${quoted(cell)}. Say which column is the step.`,
    );
  return null;
}
