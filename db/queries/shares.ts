import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../database.ts";
import { experiments, shares } from "../schema.ts";

const clock = sql`clock_timestamp()`;

export async function insertShare(
  db: Executor,
  share: { id: string; experimentId: string; hash: string; hideNames: boolean; expiresInDays: number | null },
): Promise<void> {
  const { expiresInDays, ...row } = share;
  const expiresAt = expiresInDays === null ? null : sql`clock_timestamp() + ${expiresInDays} * interval '1 day'`;
  await db.insert(shares).values({ ...row, expiresAt });
}

/** The share of this digest while it is valid and its experiment is there; notes its use. */
export async function useShare(db: Executor, hash: string) {
  const [row] = await db
    .update(shares)
    .set({ lastUsedAt: clock })
    .from(experiments)
    .where(
      and(
        eq(shares.hash, hash),
        isNull(shares.revokedAt),
        sql`(${shares.expiresAt} is null or ${shares.expiresAt} > clock_timestamp())`,
        eq(experiments.id, shares.experimentId),
        isNull(experiments.removedAt),
      ),
    )
    .returning({ id: shares.id, experimentId: shares.experimentId, hideNames: shares.hideNames });
  return row ?? null;
}

export function listShareRows(db: Executor, experimentId: string) {
  return db.select().from(shares).where(eq(shares.experimentId, experimentId)).orderBy(desc(shares.createdAt));
}

export async function markShareRevoked(db: Executor, id: string): Promise<boolean> {
  const result = await db
    .update(shares)
    .set({ revokedAt: clock })
    .where(and(eq(shares.id, id), isNull(shares.revokedAt)));
  return (result.rowCount ?? 0) > 0;
}
