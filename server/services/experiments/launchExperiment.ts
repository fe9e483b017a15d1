import { randomUUID } from "node:crypto";
import { type LaunchInput, requireGridWithinLimit } from "../../../contract/config/experimentConfig.ts";
import { noCounts } from "../../../contract/status.ts";
import { getExperimentRow, insertExperiment } from "../../../db/queries/experiments.ts";
import { insertRuns } from "../../../db/queries/runs.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { linkParents } from "../runs/linkParents.ts";
import { learnedTimes } from "../times/learnedTimes.ts";
import { makeRuns } from "./makeRuns.ts";
import { requireLaunchable } from "./requireLaunchable.ts";

/**
 * Stores an experiment with the runs of its grid and queues them, all or nothing.
 * @param given id of the new experiment: one that there is already was stored by the same request
 * @throws Failure GRID_TOO_LARGE, or INVALID for what would end its runs, before anything is stored
 */
export async function launchExperiment(
  context: ServiceContext,
  person: Person,
  input: LaunchInput,
  given?: string,
): Promise<{ id: string }> {
  const id = given ?? randomUUID();
  if (given !== undefined && (await getExperimentRow(context.database.orm, id))) return { id };
  requireGridWithinLimit(input.config);
  await context.database.requireRoom();
  await requireLaunchable(context, input.config, context.database.orm);
  const learned = await learnedTimes(context, context.database.orm);
  const runs = makeRuns(id, input.config, undefined, undefined, (run) => learned(run).times);
  await context.dispatch.openQueue(person.memberId);
  await context.database.transaction(async (tx) => {
    await insertExperiment(tx, {
      ...input,
      id,
      tags: [...new Set(input.tags)],
      launchedBy: context.shared ? person.name : null,
      launchedById: person.memberId,
      counts: { ...noCounts, queued: runs.length },
    });
    await context.dispatch.enqueue(tx, await linkParents(tx, id, await insertRuns(tx, runs)));
  });
  context.dispatch.wake();
  context.changes.listChanged("experiments");
  return { id };
}
