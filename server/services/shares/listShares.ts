import type { ShareView } from "../../../contract/wire/views.ts";
import { listShareRows } from "../../../db/queries/shares.ts";
import type { ServiceContext } from "../context.ts";

export async function listShares(context: ServiceContext, experimentId: string): Promise<ShareView[]> {
  const rows = await listShareRows(context.database.orm, experimentId);
  return rows.map(({ id, hideNames, createdAt, expiresAt, revokedAt, lastUsedAt }) => ({
    ...{ id, hideNames },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }));
}
