import { randomUUID } from "node:crypto";
import type { EndSessionsRequest } from "../../../contract/people.ts";
import type { SessionView } from "../../../contract/wire/views.ts";
import { deleteSessions, insertSession, listSessionRows } from "../../../db/queries/sessions.ts";
import type { Person } from "../../access/person.ts";
import { digest, newSecret } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { describeBrowser } from "./describeBrowser.ts";

export const sessionDays = 90;
const nowhere = "00000000-0000-0000-0000-000000000000";

/** By what someone signed in: as a member, or by the access key of this mark. */
export type SignIn = { memberId: string } | { keyMark: string };

/** Signs a browser in. @returns what its cookie holds */
export async function openSession(context: ServiceContext, by: SignIn, userAgent: string): Promise<string> {
  const token = newSecret();
  const memberId = "memberId" in by ? by.memberId : null;
  const keyMark = "keyMark" in by ? by.keyMark : null;
  const browser = describeBrowser(userAgent);
  await insertSession(context.database.orm, {
    id: randomUUID(),
    hash: digest(token),
    memberId,
    keyMark,
    browser,
    days: sessionDays,
  });
  return token;
}

/** A person's own sessions, the last used first. */
export async function listSessions(context: ServiceContext, person: Person): Promise<SessionView[]> {
  const rows = await listSessionRows(context.database.orm, person.memberId);
  return rows.map(({ id, browser, createdAt, lastSeenAt, expiresAt }) => ({
    ...{ id, browser },
    current: id === person.sessionId,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }));
}

/** Ends sessions of one's own at once, with the sockets that came by them. @throws Failure NOT_FOUND if the one is not among them */
export async function endSessions(context: ServiceContext, person: Person, what: EndSessionsRequest): Promise<{ ended: number }> {
  const only = what.which === "one" ? what.id : what.which === "this" ? (person.sessionId ?? nowhere) : undefined;
  const except = what.which === "others" ? (person.sessionId ?? undefined) : undefined;
  const ended = await deleteSessions(context.database.orm, person.memberId, { only, except });
  if (what.which === "one") requireFound(ended.length > 0, "session");
  for (const id of ended) context.changes.dropReaders("session", id);
  return { ended: ended.length };
}
