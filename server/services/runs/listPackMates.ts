import type { PackMate } from "../../../contract/wire/views.ts";
import { readLastPack } from "../../../db/queries/attempts.ts";
import { listRunsOf } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { asRead } from "../reading/asRead.ts";

/** The runs that train, or trained last, in one pack with a run, as far as this reader may see them. */
export async function listPackMates(context: ServiceContext, reader: Reader, runId: string): Promise<PackMate[]> {
  const { orm } = context.database;
  const pack = await readLastPack(orm, runId);
  if (!pack || pack.with.length === 0) return [];
  const mates = (await listRunsOf(orm, pack.with)).filter(({ experimentId }) => mayRead(reader, experimentId));
  return Promise.all(
    mates.map(async (mate) => {
      const { id, experimentId, experimentName, ordinal, config } = await asRead(context, reader, mate);
      return { id, experimentId, experimentName, ordinal, config };
    }),
  );
}
