import { askedAccuracy, isUnconverged, leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { AnyRunDetail } from "../../../contract/wire/externalViews.ts";
import { listCheckpoints } from "../../../db/queries/attempts.ts";
import { countPoints } from "../../../db/queries/series.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { asRead } from "../reading/asRead.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";
import { listPackMates } from "./listPackMates.ts";
import { listReadableAttempts } from "./listReadableAttempts.ts";
import { listArtefacts } from "./readArtefacts.ts";
import { toRunRow } from "./runViews.ts";

export async function getRun(context: ServiceContext, reader: Reader, id: string): Promise<AnyRunDetail> {
  const { orm } = context.database;
  const { run: stored, experimentName, convergence } = await requireReadableRun(context, reader, id);
  const run = await asRead(context, reader, stored);
  const attempts = await listReadableAttempts(context, reader, id);
  const checkpoints = await listCheckpoints(orm, id);
  const last = attempts.findLast(({ started }) => started !== null)?.started;
  const rule = leaveOutRule(convergence ?? undefined);
  return {
    row: toRunRow(run, last ? { device: last.device.device, pack: last.pack ?? null } : undefined),
    experimentName,
    attempts,
    packMates: await listPackMates(context, reader, id),
    dataset: run.dataset,
    leftOutBelow: isUnconverged(run, rule) ? askedAccuracy(run, rule) : null,
    series: await countPoints(orm, id),
    missing: run.missing,
    checkpoints: checkpoints.map(({ attempt, step, hash, bytes, at }) => ({ attempt, step, hash, bytes, at: at.toISOString() })),
    files: await listArtefacts(context, reader, id),
    readOnly: reader.readOnly,
    program: context.version,
    // What a run is, its config says.
  } as AnyRunDetail;
}
