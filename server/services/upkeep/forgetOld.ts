import { setTimeout as sleep } from "node:timers/promises";
import { deleteOldAnswers } from "../../../db/queries/keptAnswers.ts";
import {
  deleteExpiredSessions,
  deleteInformation,
  deleteVoid,
  listWithInformation,
  listWithPictures,
  listWithVoid,
  thinPictures,
} from "../../../db/queries/retention.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { keptMs } from "../requests/onceByKey.ts";

/** Runs that are seen to in one statement, and what lies between two of them: what is being stored goes first. */
const together = 100;
const pauseMs = 20;
/** Of a run's geometry, once most of it is to go: enough to play. */
const fewPictures = 16;

export interface Forgotten {
  voidRows: number;
  logLines: number;
  pictures: number;
  sessions: number;
  answers: number;
}

/** Deletes what nothing shows any longer and, of runs that ended long enough ago, what the operator chose not to keep. */
export async function forgetOld(context: ServiceContext, isStopped: () => boolean): Promise<Forgotten> {
  const { orm } = context.database;
  const { voidMs, logMs, geometryMs } = context.retention;
  const inTurns = async (runIds: string[], forget: (some: string[]) => Promise<number>) => {
    let forgotten = 0;
    for (let at = 0; at < runIds.length && !isStopped(); at += together) {
      forgotten += await forget(runIds.slice(at, at + together));
      await sleep(pauseMs);
    }
    return forgotten;
  };
  return {
    sessions: await deleteExpiredSessions(orm),
    answers: await deleteOldAnswers(orm, keptMs),
    voidRows: await inTurns(await listWithVoid(orm, voidMs), (some) => deleteVoid(orm, some)),
    logLines: logMs === null ? 0 : await inTurns(await listWithInformation(orm, logMs), (some) => deleteInformation(orm, some)),
    pictures:
      geometryMs === null
        ? 0
        : await inTurns(await listWithPictures(orm, geometryMs, fewPictures), (some) => thinPictures(orm, some, fewPictures)),
  };
}
