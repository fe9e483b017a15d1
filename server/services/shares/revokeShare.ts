import { markShareRevoked } from "../../../db/queries/shares.ts";
import type { ServiceContext } from "../context.ts";
import { requireFound } from "../requireFound.ts";

/** Ends a share link at once, also for those who have it open. */
export async function revokeShare(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await markShareRevoked(context.database.orm, id), "share link");
  context.changes.dropReaders("share", id);
  return { ok: true };
}
