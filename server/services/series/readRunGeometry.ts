import type { GeometrySnapshot } from "../../../contract/wire/runEvents.ts";
import { listGeometry } from "../../../db/queries/attempts.ts";
import { readCutoffs } from "../../../db/queries/series.ts";
import type { Reader } from "../../access/reader.ts";
import { type AnswerAllowance, pointBytes } from "../../context/answerAllowance.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";

/** A run's geometry over its training, attempts joined, steps rising; or the last of it alone. */
export async function readRunGeometry(
  context: ServiceContext,
  reader: Reader,
  id: string,
  lastOnly: boolean,
  allowance: AnswerAllowance,
): Promise<GeometrySnapshot[]> {
  await requireReadableRun(context, reader, id);
  return allowance.spend(async () => {
    const rows = await listGeometry(context.database.orm, id);
    // After the pictures: none of an attempt that starts in between is among them, and what it voids is left out.
    const cutoffs = (await readCutoffs(context.database.orm, [id])).get(id)!;
    const snapshots = rows
      .filter(({ attempt, snapshot }) => snapshot.step <= (cutoffs.get(attempt) ?? Number.POSITIVE_INFINITY))
      .map(({ snapshot }) => snapshot);
    return lastOnly ? snapshots.slice(-1) : snapshots;
  }, geometryBytes);
}

const geometryBytes = (snapshots: GeometrySnapshot[]) =>
  snapshots.reduce((sum, { means, ideal, samples, meansGram, headGram }) => {
    const numbers = means.length + ideal.length + samples.length + meansGram.length + (headGram?.length ?? 0);
    return sum + pointBytes * numbers;
  }, 0);
