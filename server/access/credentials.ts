import type { FramePolicy } from "../../contract/wire/framePolicy.ts";
import type { Executor } from "../../db/database.ts";
import { findApiToken, recordApiTokenUse } from "../../db/queries/apiTokens.ts";
import { findSession, recordSessionUse } from "../../db/queries/sessions.ts";
import { findShare, recordShareUse } from "../../db/queries/shares.ts";
import { keyHolder, type Person } from "./person.ts";
import { digest } from "./secrets.ts";

/** Who a browser's session belongs to. @returns null if there is no such session, or not any more */
export async function findSignedIn(
  db: Executor,
  token: string,
  keyMark: string,
): Promise<{ person: Person; until: Date } | null> {
  const session = await findSession(db, digest(token), keyMark);
  if (!session) return null;
  if (session.unseen) await recordSessionUse(db, session.id);
  const { id, memberId, name, role, expiresAt } = session;
  const person = { role: role ?? "owner", memberId, name: name ?? keyHolder, sessionId: id, token: null } as const;
  return { person, until: expiresAt };
}

/** Who a program speaks for. @returns null if the token is unknown, expired or revoked */
export async function findTokenHolder(db: Executor, token: string): Promise<{ person: Person; until: Date | null } | null> {
  const row = await findApiToken(db, digest(token));
  if (!row) return null;
  if (row.unseen) await recordApiTokenUse(db, row.id);
  const { id, scope, memberId, maker, role, expiresAt } = row;
  const person = { role: role ?? "owner", memberId, name: maker ?? keyHolder, sessionId: null, token: { id, scope } } as const;
  return { person, until: expiresAt };
}

export interface OpenShare {
  id: string;
  experimentId: string;
  hideNames: boolean;
  frames: FramePolicy;
  expiresAt: Date | null;
}

/** What a share token opens; null if it is forged, expired, revoked or unknown, or its experiment is deleted. */
export async function findOpenShare(db: Executor, token: string): Promise<OpenShare | null> {
  const share = await findShare(db, digest(token));
  if (share?.unused) await recordShareUse(db, share.id);
  return share;
}
