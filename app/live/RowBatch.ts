import type { RunRow } from "../../contract/wire/views.ts";
import type { WatchItem } from "../../contract/wire/watchProtocol.ts";

export type ItemOf<Kind extends WatchItem["kind"]> = Extract<WatchItem, { kind: Kind }>;

/** What is live of a run, wherever it was trained. */
export type LiveRow = Omit<RunRow, "config">;

/** What one batch of live items makes of a page's rows; rows are copied before they are changed. */
export class RowBatch<Row extends LiveRow = RunRow> {
  rows: Row[];
  isChanged = false;
  /** A value or a status changed, not mere progress. */
  values = false;
  /** The page should read again. */
  readAgain = false;
  private readonly places: ReadonlyMap<string, number>;
  private isCopied = false;

  constructor(rows: Row[]) {
    this.rows = rows;
    this.places = new Map(rows.map((row, index) => [row.id, index]));
  }

  row(runId: string): Row | undefined {
    const index = this.places.get(runId);
    return index === undefined ? undefined : this.rows[index];
  }

  edit(row: Row, changes: Partial<LiveRow>, values = true): void {
    const index = this.places.get(row.id);
    if (index === undefined) return;
    if (!this.isCopied) this.rows = [...this.rows];
    this.isCopied = true;
    this.rows[index] = { ...row, ...changes };
    this.change(values);
  }

  change(values: boolean): void {
    this.isChanged = true;
    this.values ||= values;
  }

  takeRun({ row: its }: ItemOf<"run">): void {
    const row = this.row(its.id);
    if (row === undefined || its.attempt < row.attempt) return;
    const step = its.attempt === row.attempt ? Math.max(its.step, row.step) : its.step;
    const isValue = its.status !== row.status || row.optimum === null || its.dataHash !== row.dataHash;
    this.edit(row, { ...its, step }, isValue);
  }

  takeProgress(item: ItemOf<"progress">): void {
    const row = this.row(item.runId);
    if (row === undefined) return;
    this.edit(row, { step: Math.max(row.step, item.step), stepMs: item.stepMs ?? row.stepMs }, false);
  }
}
