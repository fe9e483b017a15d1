import { and, eq, gt, inArray, isNull, ne, sql } from "drizzle-orm";
import { clock, msAgo } from "../clock.ts";
import { servers } from "../clusterSchema.ts";
import type { Executor } from "../database.ts";
import { workers } from "../schema.ts";
import { busySlots } from "./slotsInUse.ts";
import type { StoredWorker } from "./workers.ts";

/** Which worker is connected to which server: each to one at most. */

/**
 * Notes what a worker's heartbeat says.
 * @returns the server that it is connected to: another one, where it has gone there since
 */
export async function recordHeartbeat(
  db: Executor,
  id: string,
  serverId: string,
  system: StoredWorker["system"],
  packs?: NonNullable<StoredWorker["packs"]>,
): Promise<string | null> {
  const [row] = await db
    .update(workers)
    .set({ lastSeenAt: clock, system, ...(packs && { packs }), serverId: sql`coalesce(${workers.serverId}, ${serverId}::uuid)` })
    .where(eq(workers.id, id))
    .returning({ serverId: workers.serverId });
  return row?.serverId ?? null;
}

/** It has hung up on this server, if that is where it was. */
export async function recordGone(db: Executor, id: string, serverId: string): Promise<void> {
  await db
    .update(workers)
    .set({ serverId: null })
    .where(and(eq(workers.id, id), eq(workers.serverId, serverId)));
}

/** A server stops: none is connected to it any longer. */
export async function recordAllGone(db: Executor, serverId: string): Promise<void> {
  await db.update(workers).set({ serverId: null }).where(eq(workers.serverId, serverId));
}

/** It takes no more runs over its connection to this server. */
export async function recordLeaving(db: Executor, id: string, serverId: string): Promise<void> {
  await db
    .update(workers)
    .set({ leaving: true })
    .where(and(eq(workers.id, id), eq(workers.serverId, serverId)));
}

/** What may have been decided elsewhere of these workers. */
export function readRosterRows(db: Executor, ids: string[]) {
  return db
    .select({ id: workers.id, serverId: workers.serverId, drained: workers.drained, trouble: workers.trouble })
    .from(workers)
    .where(inArray(workers.id, ids));
}

export interface RemoteRow
  extends Pick<
    StoredWorker,
    "id" | "serverId" | "slots" | "drained" | "ephemeral" | "trouble" | "leaving" | "system" | "connectedAt"
  > {
  /** Slots that runs and packs of its take. */
  busy: number;
  connectedForMs: number;
  endsInMs: number | null;
}

/** The workers that are connected to other servers; a server or a worker that was silent for longer than these times is gone. */
export function listRemoteRows(
  db: Executor,
  serverId: string,
  { serverMs, workerMs }: { serverMs: number; workerMs: number },
): Promise<RemoteRow[]> {
  const { id, slots, drained, ephemeral, trouble, leaving, system, connectedAt } = workers;
  return db
    .select({
      ...{ id, serverId: workers.serverId, slots, drained, ephemeral, trouble, leaving, system, connectedAt },
      busy: busySlots,
      connectedForMs: sql<number>`extract(epoch from ${clock} - ${workers.connectedAt})::float8 * 1000`,
      endsInMs: sql<number | null>`extract(epoch from ${workers.endsAt} - ${clock})::float8 * 1000`,
    })
    .from(workers)
    .innerJoin(servers, eq(servers.id, workers.serverId))
    .where(
      and(
        ne(servers.id, serverId),
        isNull(servers.stoppedAt),
        gt(servers.lastSeenAt, msAgo(serverMs)),
        gt(workers.lastSeenAt, msAgo(workerMs)),
      ),
    );
}

/** What placing a run asks of workers, beside what changes with each heartbeat. */
export function readDescriptions(db: Executor, ids: string[]) {
  const { id, name, slots, machine, devices, datasets, ownSets } = workers;
  return db.select({ id, name, slots, machine, devices, datasets, ownSets }).from(workers).where(inArray(workers.id, ids));
}
