import { Failure } from "../../../contract/failure.ts";
import { findShare, noteShareUse } from "../../../db/queries/shares.ts";
import type { ServiceContext } from "../context.ts";
import { digest } from "../secrets.ts";

export interface OpenShare {
  id: string;
  experimentId: string;
  hideNames: boolean;
  expiresAt: Date | null;
}

/** What a share token opens; null if it is forged, expired, revoked or unknown, or its experiment is deleted. */
export async function findOpenShare(context: ServiceContext, token: string): Promise<OpenShare | null> {
  const share = await findShare(context.database.orm, digest(token));
  if (share?.unused) await noteShareUse(context.database.orm, share.id);
  return share;
}

/** @throws Failure NOT_FOUND, the same for every token that opens nothing */
export async function openShare(context: ServiceContext, token: string): Promise<{ experimentId: string }> {
  const share = await findOpenShare(context, token);
  if (!share) throw new Failure("NOT_FOUND", "This link is not valid, or not any more.");
  return { experimentId: share.experimentId };
}
