import type { ColumnRole } from "../../../../contract/wire/imports.ts";
import { storableText } from "../../../../contract/wireText.ts";
import type { ColumnGuess, SeenColumn } from "./columns.ts";
import { readNumber } from "./readCell.ts";
import type { Table } from "./readTable.ts";

/** Rows by which columns are judged, and values of each that are shown. */
const sampleRows = 1_000;
const shownValues = 4;
const shownLength = 40;

interface Column {
  name: string;
  values: Set<string>;
  filled: number;
  numbers: number;
  /** Whether it has one value in each run, as far as there is a column of their names. */
  isConstantInRuns: boolean;
}

const words = {
  run: [/^run[ _.]?name$/i, /^run$/i, /^run[ _.]?id$/i, /^name$/i, /^(experiment|exp|trial)([ _.]?(name|id))?$/i, /^id$/i],
  step: [/^_?step$/i, /^(trainer\/)?global[ _.]?step$/i, /^iter(ation)?s?$/i, /^epoch$/i],
  seed: /^(random[ _.]?)?seed$/i,
  /** What is set before a training, and does not change in it. */
  axis: /^(depth|width|(n|num)?_?layers|hidden(_?(dim|size|width))?|dim|d_?model|(n|num)?_?heads?|batch_?size|bs|weight_?decay|wd|dropout|(n|num)?_?classes|temperature|rho|lambda\w*)$/i,
  time: /^(_?timestamp|_?runtime|created|updated|date|time|wall[ _.]?time|relative time.*)$/i,
  metric:
    /(^|[^a-z])(loss|acc|accuracy|err|error|nc[1-4]|gap|auc|f1|precision|recall|perplexity|ppl|score|reward|val|valid|validation|test|train|eval|norm|mse|rmse|mae|nll)([^a-z]|$)|\//i,
} as const;

/** What the columns of a table are taken for, by their names and first rows. */
export async function guessColumns(table: Table): Promise<SeenColumn[]> {
  const run = firstOf(table.columns, words.run);
  const step = firstOf(table.columns, words.step);
  const { columns, rows } = await sample(table, run);
  return columns.map((column, at) => ({
    column: column.name,
    examples: [...column.values].slice(0, shownValues).map((text) => storableText(text, shownLength)),
    ...guessOne(column, at, { run, step, rows }),
  }));
}

function guessOne(
  { name, values, filled, numbers, isConstantInRuns }: Column,
  at: number,
  { run, step, rows }: { run: number; step: number; rows: number },
): ColumnGuess {
  const is = (role: ColumnRole): ColumnGuess => ({ role });
  // The row numbers that a data frame is written with.
  if (at === 0 && /^(column 1|unnamed: 0)$/i.test(name)) return is("ignore");
  if (at === run) return is("run");
  if (at === step) return is("step");
  if (words.seed.test(name)) return is("seed");
  if (filled === 0 || words.time.test(name)) return is("ignore");
  // What is called like a metric is one, even if a value of it cannot be read: that is then said.
  if (words.metric.test(name) && numbers > 0 && numbers * 2 >= filled) return is("metric");
  if (numbers < filled) return is(step < 0 || isConstantInRuns || values.size * 3 <= rows ? "axis" : "ignore");
  if (step < 0 || (run < 0 && words.axis.test(name))) return is("axis");
  // With many rows a run, what stays the same in each is its config.
  return is(run >= 0 ? (isConstantInRuns ? "axis" : "metric") : values.size * 3 <= rows && values.size <= 64 ? "axis" : "metric");
}

/** The place of the first pattern that is the name of a column; -1 for none. */
function firstOf(names: readonly string[], patterns: readonly RegExp[]): number {
  for (const pattern of patterns) {
    const at = names.findIndex((name) => pattern.test(name));
    if (at >= 0) return at;
  }
  return -1;
}

async function sample(table: Table, run: number): Promise<{ columns: Column[]; rows: number }> {
  const columns: Column[] = table.columns.map((name) => ({
    ...{ name, values: new Set(), filled: 0, numbers: 0 },
    isConstantInRuns: true,
  }));
  const inRuns = new Map<string, string[]>();
  let rows = 0;
  for await (const { cells } of table.rows()) {
    if (rows++ === sampleRows) break;
    const id = run < 0 ? "" : cells[run]!;
    const before = inRuns.get(id);
    if (!before) inRuns.set(id, cells);
    for (const [at, column] of columns.entries()) {
      const text = cells[at]!.trim();
      if (before && before[at]!.trim() !== text) column.isConstantInRuns = false;
      if (text === "") continue;
      column.filled++;
      column.values.add(text);
      if (readNumber(text, table.delimiter) !== undefined) column.numbers++;
    }
  }
  return { columns, rows: Math.min(rows, sampleRows) };
}
