import { externalLimits } from "../../../../contract/external/externalLimits.ts";
import { logKey } from "../../../../contract/metrics/seriesKey.ts";
import { storableText } from "../../../../contract/wireText.ts";
import type { Draft, DraftRun } from "../draft/draft.ts";
import { counted, quoted } from "../refuse.ts";
import { readNumber } from "../tables/readCell.ts";
import type { Row, Table } from "../tables/readTable.ts";
import { baseName } from "../uploadedFile.ts";
import { boundSuffix, ownKey, separator } from "./wandbForms.ts";

/** One line of a panel: a metric of a run. */
interface Line {
  at: number;
  run: string;
  key: string;
}

export type AddHistory = (run: string, key: string, step: number, value: number) => void;

/** Reads a panel of W&B: a column for each run and metric ("fine-sun-3 - loss"), a row for each place of its x axis. */
export async function readPanel(table: Table, draft: Draft, add: AddHistory): Promise<void> {
  const lines: Line[] = [];
  const ownSteps = new Map<string, number>();
  const [axis = ""] = table.columns;
  for (const [at, column] of table.columns.entries()) {
    const cut = column.lastIndexOf(separator);
    if (at === 0 || cut < 0 || boundSuffix.test(column)) continue;
    const [run, metric] = [column.slice(0, cut).trim(), column.slice(cut + separator.length).trim()];
    if (metric === "_step") ownSteps.set(run, at);
    if (ownKey.test(metric)) continue;
    const key = logKey(metric);
    if (key !== null) lines.push({ at, run: storableText(run, 200), key });
  }
  for await (const row of table.rows())
    for (const { at, run, key } of lines) {
      const value = readValueAt(table, row, at, draft);
      if (value === null) continue;
      const step = stepAt(table, row, ownSteps.get(run) ?? 0, draft, axis);
      if (step !== null) add(run, key, step, value);
    }
}

/** Reads the history of one run: a row a step, a column a metric; the file is called like the run. */
export async function readHistory(table: Table, draft: Draft, add: AddHistory): Promise<void> {
  const { columns, file } = table;
  const run = storableText(baseName(file.name).replace(/\.[^.]*$/, ""), 200);
  const step = columns.findIndex((column) => column.toLowerCase() === "_step");
  const metrics = columns.flatMap((column, at) => {
    const key = ownKey.test(column) || (at === 0 && /^(column 1|unnamed: 0)$/i.test(column)) ? null : logKey(column);
    return key === null ? [] : [{ at, key }];
  });
  const texts = new Set<number>();
  for await (const row of table.rows())
    for (const { at, key } of metrics) {
      if (texts.has(at)) continue;
      if (readNumber(row.cells[at]!, table.delimiter) === undefined) {
        texts.add(at);
        draft.problems.warn(
          `${file.name}, line ${counted(row.line)}: ${quoted(row.cells[at]!)} is no number: the column ${quoted(columns[at]!)} is left out from there on.`,
        );
        continue;
      }
      const value = readValueAt(table, row, at, draft);
      const place = value === null ? null : stepAt(table, row, step, draft, columns[step]!);
      if (value !== null && place !== null) add(run, key, place, value);
    }
}

function readValueAt({ file, columns, delimiter }: Table, { cells, line }: Row, at: number, { problems }: Draft): number | null {
  const value = readNumber(cells[at]!, delimiter);
  const place = () => `${file.name}, line ${counted(line)}, column ${quoted(columns[at]!)}`;
  if (typeof value === "number") return value;
  if (value === "not finite")
    problems.count(
      "not finite",
      () => `${quoted(cells[at]!.trim())} in ${place()}`,
      (count, first) => `Values that are NaN or infinite: ${count} (the first: ${first}). They become gaps.`,
    );
  else if (value === undefined)
    problems.errorOnce(`no number ${file.name} ${at}`, () => `${place()}: ${quoted(cells[at]!)} is no number.`);
  return null;
}

function stepAt({ file, delimiter }: Table, { cells, line }: Row, at: number, { problems }: Draft, axis: string): number | null {
  const step = readNumber(cells[at]!, delimiter);
  if (typeof step === "number" && Number.isInteger(step) && step >= 0 && step <= externalLimits.step) return step;
  problems.errorOnce(
    `step ${file.name}`,
    () =>
      `${file.name}, line ${counted(line)}: a step must be a whole number from 0 to ${counted(externalLimits.step)}, but ${quoted(axis)} is ${quoted(cells[at]!)}. Export the panel with “Step” on its x axis.`,
  );
  return null;
}

/** Numbers that a table gives once a run, beside their course in panels. */
export class SummaryPoints {
  private readonly known = new Map<DraftRun, Set<string>>();

  /** All that runs have until now is of summaries. */
  constructor(runs: readonly DraftRun[]) {
    for (const run of runs) this.known.set(run, new Set(run.series.keys()));
  }

  /** A course is known of this series: the single number goes. */
  drop(run: DraftRun, key: string): void {
    if (this.known.get(run)?.delete(key)) run.series.delete(key);
  }

  /** What was said without a step belongs to the end of a run, once that is known. */
  moveToEnd(): void {
    for (const [run, keys] of this.known) {
      let last = 0;
      for (const [key, { steps }] of run.series) if (!keys.has(key)) for (const step of steps) last = Math.max(last, step);
      for (const key of keys) {
        const series = run.series.get(key);
        if (series?.steps.length === 1 && series.steps[0] === 0) series.steps[0] = last;
      }
    }
  }
}
