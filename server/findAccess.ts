import type { IncomingHttpHeaders } from "node:http";
import type { Access } from "./access.ts";
import type { AccessKey } from "./http/accessKey.ts";
import type { ServiceContext } from "./services/context.ts";
import { findOpenShare, type OpenShare } from "./services/openShare.ts";

/** A share token lowers whoever carries it, the owner too, to its experiment. */
export async function findAccess(
  context: ServiceContext,
  accessKey: AccessKey | null,
  headers: IncomingHttpHeaders,
  shareToken: string | undefined,
): Promise<{ access: Access; share: OpenShare | null }> {
  if (shareToken !== undefined) {
    const share = await findOpenShare(context, shareToken.slice(0, 200));
    if (!share) return { access: { kind: "refused" }, share: null };
    const { experimentId, hideNames } = share;
    return { access: { kind: "share", reader: { experimentId, hideNames } }, share };
  }
  return { access: { kind: accessKey === null || accessKey.admits(headers) ? "owner" : "nobody" }, share: null };
}
