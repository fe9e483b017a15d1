import { growthLine, nextShallower } from "../../../contract/config/growthLine.ts";
import { isGrown } from "../../../contract/grown.ts";
import type { Executor } from "../../../db/database.ts";
import { linkToParents, listLineages, settleAwaiting } from "../../../db/queries/parents.ts";
import type { RunState } from "../../../db/queries/runs.ts";

/**
 * Links the waiting runs of a study of grown networks to what they grow from: the next shallower run of their line, the one that is the same
 * in everything else. Runs that have begun keep theirs, also where a depth between has been added since. In the transaction that queues them,
 * before they are given out.
 * @param queued runs that have just been queued @returns the same as they are now
 */
export async function linkParents(tx: Executor, experimentId: string, queued: RunState[]): Promise<RunState[]> {
  if (!queued.some(({ config }) => isGrown(config))) return queued;
  const lineages = await listLineages(tx, experimentId);
  const lines = Map.groupBy(lineages, ({ config }) => growthLine(config));
  const links = lineages.flatMap(({ id, config, status, startedAt, parentId }) => {
    if (!isGrown(config) || (status !== "queued" && status !== "paused")) return [];
    if (startedAt !== null && parentId !== null) return [];
    const nearest = nextShallower(lines.get(growthLine(config))!, config.depth, (run) => run.config.depth);
    return nearest ? [{ id, parentId: nearest.id }] : [];
  });
  await linkToParents(tx, links);
  const linked = new Set(links.map(({ id }) => id));
  const settled = new Map((await settleAwaiting(tx, experimentId)).map((run) => [run.id, run]));
  return queued.map((run) => settled.get(run.id) ?? (linked.has(run.id) ? { ...run, awaitsParent: true } : run));
}
