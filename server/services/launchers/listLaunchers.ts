import { type LauncherView, workerNameOf } from "../../../contract/launcher.ts";
import { listJobRows, listLaunchedWorkers, listLauncherRows } from "../../../db/queries/launchers.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

/** Jobs that are over, at most. */
const endedShown = 20;
/** One that no server has looked after for so long was switched off. */
const forgottenMs = 2 * 86_400_000;

/** Clusters that workers are ordered from, with their jobs; and the address that a worker is given. */
export async function listLaunchers(context: ServiceContext): Promise<{ server: string; launchers: LauncherView[] }> {
  const { orm } = context.database;
  const launchers: LauncherView[] = [];
  for (const { kind, bounds, waiting, lookedAt, trouble, held } of await listLauncherRows(orm)) {
    if (lookedAt !== null && Date.now() - lookedAt.getTime() > forgottenMs) continue;
    const workers = new Map((await listLaunchedWorkers(orm, kind)).reverse().map(({ id, name }) => [name, { id, name }]));
    const jobs = (await listJobRows(orm, kind, endedShown)).map((job) => ({
      ...{ id: job.id, state: job.state, node: job.node, slots: job.slots, reason: job.reason, end: job.end },
      since: job.since.toISOString(),
      startedAt: job.startedAt?.toISOString() ?? null,
      endsBy: job.endsBy?.toISOString() ?? null,
      worker: workers.get(workerNameOf(kind, job.id)) ?? null,
    }));
    launchers.push({ kind, bounds, waiting, lookedAt: lookedAt?.toISOString() ?? null, trouble, held, jobs });
  }
  return { server: context.publicUrl, launchers };
}
