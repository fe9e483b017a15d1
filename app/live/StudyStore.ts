import type { ExperimentSummary } from "../../contract/wire/views.ts";
import type { WatchItem } from "../../contract/wire/watchProtocol.ts";
import { LivePageStore } from "./LivePageStore.ts";
import type { LiveRow, RowBatch } from "./RowBatch.ts";

/** What a result page knows: a study, and its runs. */
export abstract class StudyStore<
  Row extends LiveRow,
  Detail extends ExperimentSummary & { runs: Row[] },
> extends LivePageStore<Row> {
  detail: Detail | null = null;
  /** Runs in a form unknown to this page: they appear in no chart or table. */
  unshown: Row[] = [];
  protected abstract readonly knows: (row: Row) => boolean;

  /** Takes what `experiments.get` said; what came live since the room was joined is applied on top. @returns as `apply` does */
  setDetail(detail: Detail): boolean {
    this.detail = detail;
    this.unshown = detail.runs.filter((row) => !this.knows(row));
    return this.setRows(detail.runs.filter((row) => this.knows(row)));
  }

  protected override take(item: WatchItem, batch: RowBatch<Row>, now: number): void {
    if (item.kind === "experiment" && item.summary.id === this.detail?.id) {
      this.detail = { ...this.detail, ...item.summary };
      batch.change(false);
    }
    if (item.kind === "run" && item.row.experimentId === this.detail?.id && batch.row(item.row.id) === undefined)
      batch.readAgain = true;
    super.take(item, batch, now);
  }
}
