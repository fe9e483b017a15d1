import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { FramePolicy } from "../../contract/wire/framePolicy.ts";
import { clock, daysFromNow } from "../clock.ts";
import type { Executor } from "../database.ts";
import { experiments, shares } from "../schema.ts";

export async function insertShare(
  db: Executor,
  share: {
    id: string;
    experimentId: string;
    hash: string;
    hideNames: boolean;
    frames: FramePolicy;
    expiresInDays: number | null;
  },
): Promise<void> {
  const { expiresInDays, ...row } = share;
  const expiresAt = expiresInDays === null ? null : daysFromNow(expiresInDays);
  await db.insert(shares).values({ ...row, expiresAt });
}

/** The share of this digest while it is valid and its experiment is there; `unused` if its last use was not noted this minute. */
export async function findShare(db: Executor, hash: string) {
  const [row] = await db
    .select({
      id: shares.id,
      experimentId: shares.experimentId,
      hideNames: shares.hideNames,
      frames: shares.frames,
      expiresAt: shares.expiresAt,
      unused: sql<boolean>`coalesce(${shares.lastUsedAt} < ${clock} - interval '1 minute', true)`,
    })
    .from(shares)
    .innerJoin(experiments, eq(experiments.id, shares.experimentId))
    .where(
      and(
        eq(shares.hash, hash),
        isNull(shares.revokedAt),
        sql`(${shares.expiresAt} is null or ${shares.expiresAt} > ${clock})`,
        isNull(experiments.removedAt),
      ),
    );
  return row ?? null;
}

export async function recordShareUse(db: Executor, id: string): Promise<void> {
  await db.update(shares).set({ lastUsedAt: clock }).where(eq(shares.id, id));
}

export function listShareRows(db: Executor, experimentId: string) {
  return db.select().from(shares).where(eq(shares.experimentId, experimentId)).orderBy(desc(shares.createdAt));
}

/** @returns false if there is no such link, or it is revoked */
export async function updateShareFrames(db: Executor, id: string, frames: FramePolicy): Promise<boolean> {
  const result = await db
    .update(shares)
    .set({ frames })
    .where(and(eq(shares.id, id), isNull(shares.revokedAt)));
  return (result.rowCount ?? 0) > 0;
}

export async function markShareRevoked(db: Executor, id: string): Promise<boolean> {
  const result = await db
    .update(shares)
    .set({ revokedAt: clock })
    .where(and(eq(shares.id, id), isNull(shares.revokedAt)));
  return (result.rowCount ?? 0) > 0;
}
