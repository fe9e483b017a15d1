import type { WorkerTokenView } from "../../../contract/wire/views.ts";
import { listWorkerTokenRows } from "../../../db/queries/workers.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

export async function listWorkerTokens(context: ServiceContext): Promise<WorkerTokenView[]> {
  const rows = await listWorkerTokenRows(context.database.orm);
  return rows.map(({ id, name, createdAt, lastUsedAt, expiresAt, revokedAt }) => ({
    ...{ id, name },
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  }));
}
