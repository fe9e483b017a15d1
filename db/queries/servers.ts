import { and, eq, gt, isNull, lt, ne } from "drizzle-orm";
import { clock, msAgo } from "../clock.ts";
import { servers } from "../clusterSchema.ts";
import type { Executor } from "../database.ts";

export type StoredServer = typeof servers.$inferSelect;

const keptDays = 7;

export async function insertServer(
  db: Executor,
  server: Pick<StoredServer, "id" | "host" | "pid" | "version" | "protocol">,
): Promise<void> {
  await db.delete(servers).where(lt(servers.lastSeenAt, msAgo(keptDays * 86_400_000)));
  await db.insert(servers).values(server);
}

/** Notes that a server is alive; one that was taken for dead is so again. */
export async function recordServerSeen(db: Executor, id: string): Promise<void> {
  await db.update(servers).set({ lastSeenAt: clock }).where(eq(servers.id, id));
}

export async function recordServerStopped(db: Executor, id: string): Promise<void> {
  await db.update(servers).set({ stoppedAt: clock }).where(eq(servers.id, id));
}

/** @param mark by what a server signs people in */
export async function recordSignInMark(db: Executor, id: string, mark: string): Promise<void> {
  await db.update(servers).set({ signInMark: mark }).where(eq(servers.id, id));
}

/** The other servers that were seen within this time and have not stopped. */
export function listOtherServers(db: Executor, id: string, withinMs: number): Promise<StoredServer[]> {
  return db
    .select()
    .from(servers)
    .where(and(ne(servers.id, id), isNull(servers.stoppedAt), gt(servers.lastSeenAt, msAgo(withinMs))));
}
