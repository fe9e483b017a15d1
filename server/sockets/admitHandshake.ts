import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { admitWorkerToken, type WorkerToken } from "../../db/queries/workers.ts";
import type { AccessKey } from "../access/accessKey.ts";
import { refuseRequest } from "../access/checkSource.ts";
import { findAccess } from "../access/findAccess.ts";
import type { Front } from "../access/front.ts";
import { refusals, refuseAccess } from "../access/refusals.ts";
import { digest } from "../access/secrets.ts";
import type { ServiceContext } from "../context/serviceContext.ts";

export interface HandshakeDoor {
  context: ServiceContext;
  accessKey: AccessKey | null;
  front: Front;
}

const maxTokenLength = 200;

/**
 * Checks whoever wants to connect before anything is held in memory for them. They show a cookie, a worker's token in the header
 * `authorization: Bearer`, or a share link's token as `share` in the address: browsers can set no header of a WebSocket, and the
 * same token is in the address of the shared page already.
 * @returns null if they may connect, else the reason
 * @throws whatever the database does: then nobody knows
 */
export async function refuseHandshake(door: HandshakeDoor, request: IncomingMessage): Promise<string | null> {
  const reason = refuseRequest(request, door.front);
  if (reason !== null) return reason;
  const token = bearerOf(request.headers);
  if (token !== null && (await findWorkerToken(door.context, token))) return null;
  const { access } = await findAccess(door.context.database.orm, door.accessKey, request.headers, shareOf(request.url));
  if (access.kind === "nobody" && token !== null) return refusals.unknownToken;
  return access.kind === "nobody" || access.kind === "refused" ? refuseAccess(access, "read").message : null;
}

/** The token that a worker shows, null if it shows none. */
export const bearerOf = (headers: IncomingHttpHeaders): string | null =>
  /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;

export async function findWorkerToken(context: ServiceContext, token: unknown): Promise<WorkerToken | null> {
  if (typeof token !== "string" || token.length > maxTokenLength) return null;
  return context.database.forWorkers(() => admitWorkerToken(context.database.orm, digest(token)));
}

/** The share link's token in an address; undefined if there is none. */
export function shareOf(address: string | undefined): string | undefined {
  return new URL(address ?? "/", "http://server").searchParams.get("share") ?? undefined;
}
