import { installation } from "../clusterSchema.ts";
import type { Executor } from "../database.ts";
import { onlyRow } from "../onlyRow.ts";

export type Installation = { id: string; cookieMark: string };

/** What the servers of this database share: the first one's proposal, whoever else proposes something. */
export async function claimInstallation(db: Executor, proposal: Installation): Promise<Installation> {
  await db.insert(installation).values(proposal).onConflictDoNothing();
  return onlyRow(await db.select({ id: installation.id, cookieMark: installation.cookieMark }).from(installation));
}
