import { placeOf } from "../../contract/launch/workerPlace.ts";
import type { Database } from "../../db/database.ts";
import { listRemoteRows, type RemoteRow, readDescriptions } from "../../db/queries/rosters.ts";
import type { Bus } from "../cluster/bus.ts";
import type { ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";
import { hasTime } from "./hasTime.ts";
import { isResting } from "./isResting.ts";

/** What placing a run asks of a worker, wherever it is connected. */
export type KnownWorker = Pick<
  ConnectedWorker,
  "id" | "slots" | "datasets" | "place" | "ownSets" | "connectedAt" | "drained" | "ephemeral" | "endsAt" | "trouble" | "system"
>;

interface RemoteWorker extends KnownWorker {
  leaving: boolean;
  busy: number;
}

type Description = Pick<KnownWorker, "datasets" | "place" | "ownSets">;

interface ClusterTimes {
  /** A server that was silent for longer is gone, ms. */
  serverMs: number;
  /** So is a worker. */
  workerMs: number;
  /** A worker that ends within this time gets no new runs, ms. */
  leastRunMs: number;
}

/** Descriptions are long, and change seldom: all are read again after so many looks. */
const looksOfDescription = 15;

/** All workers of the cluster: those of this server as they are now, the others' as their rows told at the last look. */
export class ClusterWorkers {
  private readonly here: ConnectedWorkers;
  private readonly times: ClusterTimes;
  private remote = new Map<string, RemoteWorker>();
  /** Worker → what it is, and the connection that said so. */
  private descriptions = new Map<string, { connectedAt: number; description: Description }>();
  private looks = 0;

  constructor(here: ConnectedWorkers, times: ClusterTimes) {
    this.here = here;
    this.times = times;
  }

  all(): KnownWorker[] {
    const here = this.here.all();
    if (this.remote.size === 0) return here;
    return [...here, ...[...this.remote.values()].filter(({ id }) => this.here.get(id) === null)];
  }

  get(id: string): KnownWorker | null {
    return this.here.get(id) ?? this.remote.get(id) ?? null;
  }

  /** Whether it is connected, here or elsewhere, was not silent for long, and may take a run that it had before. */
  isResponsive(id: string): boolean {
    if (this.here.get(id)) return this.here.isResponsive(id);
    const there = this.remote.get(id);
    return there !== undefined && !(there.ephemeral && there.leaving);
  }

  takesRuns({ id }: KnownWorker): boolean {
    const here = this.here.get(id);
    if (here) return this.here.takesRuns(here);
    const there = this.remote.get(id);
    if (!there || !hasTime(there, this.times.leastRunMs, performance.now())) return false;
    return !there.leaving && !there.drained && !isResting(there.trouble);
  }

  freeSlots(worker: KnownWorker): number {
    const here = this.here.get(worker.id);
    if (here) return this.here.freeSlots(here);
    const there = this.remote.get(worker.id);
    return there && this.takesRuns(there) ? Math.max(0, there.slots - there.busy) : 0;
  }

  /** Of the workers that are to take runs. */
  totalSlots(): number {
    return this.all().reduce((sum, { drained, trouble, slots }) => sum + (drained || trouble?.until === null ? 0 : slots), 0);
  }

  /** One that has come here, or of which there is something new. */
  forgetDescription(id: string): void {
    this.descriptions.delete(id);
  }

  forgetDescriptions(): void {
    this.descriptions.clear();
  }

  /** Reads what the other servers' workers are and do. */
  async look({ orm, address }: Database, bus: Bus): Promise<void> {
    if (address === null) return;
    if (++this.looks % looksOfDescription === 0) this.descriptions.clear();
    const rows = bus.peers().length === 0 ? [] : await listRemoteRows(orm, bus.serverId, this.times);
    const unknown = rows.filter((row) => this.descriptions.get(row.id)?.connectedAt !== row.connectedAt?.getTime());
    const read =
      unknown.length === 0
        ? []
        : await readDescriptions(
            orm,
            unknown.map(({ id }) => id),
          );
    const connectedAt = new Map(rows.map((row) => [row.id, row.connectedAt?.getTime() ?? 0]));
    for (const { id, name, slots, machine, devices, datasets, ownSets } of read) {
      const place = placeOf({ name, slots, devices, machine });
      this.descriptions.set(id, { connectedAt: connectedAt.get(id)!, description: { datasets, ownSets, place } });
    }
    this.remote = new Map(rows.flatMap((row) => this.describe(row)));
  }

  private describe(row: RemoteRow): [string, RemoteWorker][] {
    const found = this.descriptions.get(row.id);
    if (!found) return [];
    const { serverId: _serverId, connectedForMs, endsInMs, ...worker } = row;
    const now = performance.now();
    const endsAt = endsInMs === null ? null : now + endsInMs;
    return [[row.id, { ...worker, ...found.description, connectedAt: now - connectedForMs, endsAt }]];
  }
}
