import type { IncomingMessage } from "node:http";
import type { Hold } from "../access/access.ts";
import type { AccessKey } from "../access/accessKey.ts";
import { isCrossSite, refuseRequest } from "../access/checkSource.ts";
import { findAccess } from "../access/findAccess.ts";
import type { Front } from "../access/front.ts";
import { type Person, readerOf } from "../access/person.ts";
import type { Reader } from "../access/reader.ts";
import { personWith, readerWith, refusals, refuseAccess } from "../access/refusals.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import type { Needed } from "./defineRoute.ts";
import { Refusal } from "./refusal.ts";

export interface Authorized {
  person: Person | null;
  reader: Reader | null;
  hold: Hold;
}

/** @throws Refusal 403 for what another site's page sends, or comes by a name that is not this server's */
export function checkSource(request: IncomingMessage, front: Front): void {
  const reason = refuseRequest(request, front) ?? (isCrossSite(request.headers) ? refusals.otherSite : null);
  if (reason !== null) throw new Refusal(403, "NOT_ALLOWED", reason);
}

/**
 * Who asks, if they may: by `authorization: Bearer <token>`, by a browser's session, or for what share links open by `?share=<token>`.
 * @throws Refusal 401, 403, or 404 where a link does not reach
 */
export async function authorize(
  services: ServiceContext,
  accessKey: AccessKey | null,
  request: IncomingMessage,
  search: URLSearchParams,
  needed: Needed,
): Promise<Authorized> {
  if (needed === "anyone") return { person: null, reader: null, hold: { by: [], until: null } };
  const { authorization } = request.headers;
  // What looks like a proof and is none must not fall back on the cookie beside it.
  if (authorization !== undefined && !/^Bearer +\S{1,200}$/i.test(authorization))
    throw unknown("The authorization header must be “Bearer <token>”.");
  const shares = search.getAll("share");
  if (shares.length > 1) throw new Refusal(400, "INVALID", "share is given several times: give it once.");
  const { access, hold } = await findAccess(services.database.orm, accessKey, request.headers, shares[0]);
  const right = needed === "study" ? "read" : needed;
  const person = personWith(access, right);
  const reader = needed === "study" ? readerWith(access) : person && readerOf(person);
  if (reader !== null) return { person, reader, hold };
  const { status, code, message } = refuseAccess(access, right);
  if (status === 401)
    throw unknown(
      authorization === undefined
        ? "This needs an API token: create one under “Sessions and tokens” (/access), and send it as “Authorization: Bearer <token>”."
        : refusals.unknownApiToken,
    );
  throw new Refusal(status, code, message);
}

const unknown = (message: string) =>
  new Refusal(401, "NOT_ALLOWED", message, { headers: { "www-authenticate": 'Bearer realm="collapsar"' } });
