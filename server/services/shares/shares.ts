import { randomUUID } from "node:crypto";
import { Failure } from "../../../contract/failure.ts";
import type { FramePolicy } from "../../../contract/wire/framePolicy.ts";
import type { CreateShareRequest } from "../../../contract/wire/requests.ts";
import type { ShareView } from "../../../contract/wire/views.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { insertShare, listShareRows, markShareRevoked, updateShareFrames } from "../../../db/queries/shares.ts";
import { findOpenShare } from "../../access/credentials.ts";
import { refusals } from "../../access/refusals.ts";
import { digest, newSecret } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

/** Creates a link that opens one experiment, read-only; its token is shown only once. */
export async function createShare(
  context: ServiceContext,
  input: CreateShareRequest,
): Promise<{ id: string; token: string; url: string }> {
  const { orm } = context.database;
  requireFound(await getExperimentRow(orm, input.experimentId), "experiment");
  const [id, token] = [randomUUID(), newSecret()];
  await insertShare(orm, { ...input, id, hash: digest(token) });
  return { id, token, url: `${context.publicUrl}/s/${token}` };
}

/** @throws Failure NOT_FOUND, the same for every token that opens nothing */
export async function openShare(context: ServiceContext, token: string): Promise<{ experimentId: string; frames: FramePolicy }> {
  const share = await findOpenShare(context.database.orm, token);
  if (!share) throw new Failure("NOT_FOUND", refusals.deadLink);
  return { experimentId: share.experimentId, frames: share.frames };
}

export async function listShares(context: ServiceContext, experimentId: string): Promise<ShareView[]> {
  const rows = await listShareRows(context.database.orm, experimentId);
  return rows.map(({ id, hideNames, frames, createdAt, expiresAt, revokedAt, lastUsedAt }) => ({
    ...{ id, hideNames, frames },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }));
}

/** Says which sites may show a link's charts in a frame. Those who have one open join anew, and their browser asks again. */
export async function setShareFrames(
  context: ServiceContext,
  { id, frames }: { id: string; frames: FramePolicy },
): Promise<{ ok: true }> {
  requireFound(await updateShareFrames(context.database.orm, id, frames), "share link");
  context.changes.dropReaders("share", id);
  return { ok: true };
}

/** Ends a share link at once, also for those who have it open. */
export async function revokeShare(context: ServiceContext, id: string): Promise<{ ok: true }> {
  requireFound(await markShareRevoked(context.database.orm, id), "share link");
  context.changes.dropReaders("share", id);
  return { ok: true };
}
