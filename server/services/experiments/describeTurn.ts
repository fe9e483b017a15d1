import type { TurnView } from "../../../contract/wire/views.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { countAhead, listWaitingLaunchers, readStandings } from "../../../db/queries/turns.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

/** When an experiment's waiting runs have their turn, as far as that can be said. */
export async function describeTurn(context: ServiceContext, id: string): Promise<TurnView> {
  const { orm } = context.database;
  const { launchedById } = requireFound(await getExperimentRow(orm, id), "experiment");
  const waiting = new Set(await listWaitingLaunchers(orm));
  const standings = await readStandings(orm);
  const others = standings.filter(({ memberId }) => memberId !== launchedById);
  const waitingOthers = others.filter(({ memberId }) => waiting.has(memberId));
  return {
    people: 1 + others.filter(({ memberId, underWay }) => underWay > 0 || waiting.has(memberId)).length,
    underWay: standings.find(({ memberId }) => memberId === launchedById)?.underWay ?? 0,
    leastOfOthers: waitingOthers.length === 0 ? null : Math.min(...waitingOthers.map(({ underWay }) => underWay)),
    ahead: await countAhead(orm, id),
  };
}
