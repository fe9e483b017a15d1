import { runJudge } from "../../contract/wire/knownRun.ts";
import type { ExperimentDetail, ExternalExperimentDetail, RunRow } from "../../contract/wire/views.ts";
import type { WatchItem } from "../../contract/wire/watchProtocol.ts";
import { LivePageStore } from "./LivePageStore.ts";
import type { RowBatch } from "./RowBatch.ts";

/** What the result page knows: the experiment, and its runs. */
export class ExperimentStore extends LivePageStore {
  detail: ExperimentDetail | null = null;
  /** The study instead, where its runs were trained elsewhere. */
  external: ExternalExperimentDetail | null = null;
  /** Runs in a form unknown to this page: they appear in no chart or table. */
  unshown: RunRow[] = [];
  private readonly knows = runJudge();

  /** Takes what `experiments.get` said; what came live since the room was joined is applied on top. @returns as `apply` does */
  setDetail(detail: ExperimentDetail): boolean {
    this.detail = detail;
    this.unshown = detail.runs.filter((row) => !this.knows(row));
    return this.setRows(detail.runs.filter(this.knows));
  }

  setExternal(detail: ExternalExperimentDetail): void {
    this.external = detail;
    this.setRows([]);
  }

  protected override take(item: WatchItem, batch: RowBatch, now: number): void {
    if (item.kind === "experiment" && item.summary.id === this.detail?.id) {
      this.detail = { ...this.detail, ...item.summary };
      batch.change(false);
    }
    if (item.kind === "run" && item.row.experimentId === this.detail?.id && batch.row(item.row.id) === undefined)
      batch.readAgain = true;
    super.take(item, batch, now);
  }
}
