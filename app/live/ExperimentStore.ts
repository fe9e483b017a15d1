import { runJudge } from "../../contract/wire/knownRun.ts";
import type { ExperimentDetail, RunRow } from "../../contract/wire/views.ts";
import { StudyStore } from "./StudyStore.ts";

/** A study of runs that are trained here. */
export class ExperimentStore extends StudyStore<RunRow, ExperimentDetail> {
  protected readonly knows = runJudge();
}
