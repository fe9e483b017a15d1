import type { IncomingHttpHeaders } from "node:http";
import type { Executor } from "../../db/database.ts";
import type { Access, Hold, HoldKind } from "./access.ts";
import type { AccessKey } from "./accessKey.ts";
import { findOpenShare, findSignedIn, findTokenHolder } from "./credentials.ts";
import { type Person, singleUser } from "./person.ts";

interface Found {
  access: Access;
  hold: Hold;
}

/**
 * Who asks. A share token lowers whoever carries it, the owner too, to its study; a program's token lowers them to its scope.
 * @param accessKey null: everyone is the owner
 */
export async function findAccess(
  db: Executor,
  accessKey: AccessKey | null,
  headers: IncomingHttpHeaders,
  shareToken: string | undefined,
): Promise<Found> {
  if (shareToken !== undefined) {
    const share = await findOpenShare(db, shareToken.slice(0, 200));
    if (!share) return without("refused");
    const { experimentId, hideNames } = share;
    return {
      access: { kind: "share", reader: { experimentId, hideNames, readOnly: true } },
      hold: { by: [{ kind: "share", id: share.id }], until: share.expiresAt },
    };
  }
  const token = /^Bearer +(\S{1,200})$/i.exec(headers.authorization ?? "")?.[1];
  if (token !== undefined) return found(await findTokenHolder(db, token));
  if (accessKey === null) return found({ person: singleUser, until: null });
  const cookie = accessKey.cookie.read(headers);
  return found(cookie === null ? null : await findSignedIn(db, cookie, accessKey.mark));
}

const without = (kind: "nobody" | "refused"): Found => ({ access: { kind }, hold: { by: [], until: null } });

function found(one: { person: Person; until: Date | null } | null): Found {
  if (one === null) return without("nobody");
  const { person, until } = one;
  const ids: [HoldKind, string | null | undefined][] = [
    ["session", person.sessionId],
    ["apiToken", person.token?.id],
    ["member", person.memberId],
  ];
  const by = ids.flatMap(([kind, id]) => (id ? [{ kind, id }] : []));
  return { access: { kind: "person", person }, hold: { by, until } };
}
