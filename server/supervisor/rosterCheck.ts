import type { Database } from "../../db/database.ts";
import { listLeasesOf } from "../../db/queries/leases.ts";
import { readRosterRows } from "../../db/queries/rosters.ts";
import type { ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";

/**
 * Brings what this process knows of its workers up to date with their rows: what another server decided of them, where they are, and
 * which runs take their slots. A difference counts once it is seen twice: the first time, word of it may be under way.
 */
export class RosterCheck {
  private readonly workers: ConnectedWorkers;
  private readonly serverId: string;
  private before = new Set<string>();

  constructor(workers: ConnectedWorkers, serverId: string) {
    this.workers = workers;
    this.serverId = serverId;
  }

  async look({ orm }: Database): Promise<void> {
    const workers = this.workers.all();
    const ids = workers.map(({ id }) => id);
    if (ids.length === 0) return;
    const rows = new Map((await readRosterRows(orm, ids)).map((row) => [row.id, row]));
    const leased = Map.groupBy(await listLeasesOf(orm, ids), ({ workerId }) => workerId);
    const differences = new Set<string>();
    const seenTwice = (what: string) => {
      differences.add(what);
      return this.before.has(what);
    };
    for (const worker of workers) {
      const row = rows.get(worker.id);
      if (!row) continue;
      if (row.serverId !== null && row.serverId !== this.serverId && seenTwice(`${worker.id} elsewhere`)) {
        this.workers.drop(worker);
        continue;
      }
      if (row.drained !== worker.drained && seenTwice(`${worker.id} drained ${row.drained}`)) worker.drained = row.drained;
      if (row.trouble === null && worker.trouble !== null && seenTwice(`${worker.id} cleared`)) worker.trouble = null;
      compareRuns(worker, new Map(leased.get(worker.id)?.map(({ id, packId }) => [id, packId ?? id])), seenTwice);
    }
    this.before = differences;
  }
}

function compareRuns(
  { id, busy }: ConnectedWorker,
  leased: ReadonlyMap<string, string>,
  seenTwice: (what: string) => boolean,
): void {
  for (const [run, slot] of leased) if (!busy.has(run) && seenTwice(`${id} has ${run}`)) busy.set(run, slot);
  for (const run of [...busy.keys()]) if (!leased.has(run) && seenTwice(`${id} lacks ${run}`)) busy.delete(run);
}
