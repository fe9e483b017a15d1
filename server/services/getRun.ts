import type { AttemptView, RunDetail } from "../../contract/views.ts";
import { listAttempts, listCheckpoints } from "../../db/queries/attempts.ts";
import { countPoints } from "../../db/queries/series.ts";
import type { ServiceContext } from "./context.ts";
import { hideNamesInAttempt, hideNamesInRun } from "./hideNames.ts";
import type { Reader } from "./reader.ts";
import { requireReadableRun } from "./requireReadableRun.ts";
import { toRunRow } from "./toViews.ts";

export async function getRun(context: ServiceContext, reader: Reader, id: string): Promise<RunDetail> {
  const { orm } = context.database;
  const { run, experimentName } = await requireReadableRun(context, reader, id);
  const attempts = (await listAttempts(orm, id)).map(
    (attempt): AttemptView => ({
      number: attempt.number,
      workerName: attempt.workerName,
      startedAt: (attempt.startedAt ?? attempt.leasedAt).toISOString(),
      endedAt: attempt.endedAt?.toISOString() ?? null,
      resumedFromStep: attempt.resumedFromStep,
      outcome: attempt.outcome,
      started: attempt.started,
    }),
  );
  const checkpoints = await listCheckpoints(orm, id);
  const row = toRunRow(run);
  return {
    row: reader.hideNames ? hideNamesInRun(row) : row,
    experimentName,
    attempts: reader.hideNames ? attempts.map(hideNamesInAttempt) : attempts,
    dataset: run.dataset && reader.hideNames ? { ...run.dataset, source: "" } : run.dataset,
    series: await countPoints(orm, id),
    missing: run.missing,
    checkpoints: checkpoints.map(({ attempt, step, hash, bytes, at }) => ({ attempt, step, hash, bytes, at: at.toISOString() })),
    readOnly: reader.experimentId !== null,
  };
}
