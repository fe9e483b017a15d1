import type { ExternalExperimentDetail, ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { externalJudge } from "../../../contract/wire/knownRun.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import type { RowBatch } from "../../live/RowBatch.ts";
import { StudyStore } from "../../live/StudyStore.ts";
import { hasNewLayers } from "./model/hasNewLayers.ts";

/** A study of runs that were trained elsewhere. */
export class ExternalStore extends StudyStore<ExternalRunRow, ExternalExperimentDetail> {
  protected readonly knows = externalJudge();

  protected override take(item: WatchItem, batch: RowBatch<ExternalRunRow>, now: number): void {
    if (item.kind === "points" && hasNewLayers(batch.row(item.runId), item.values)) batch.readAgain = true;
    super.take(item, batch, now);
  }
}
