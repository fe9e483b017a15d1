import { join } from "node:path";
import { deleteSessionsOfOtherKeys } from "../db/queries/sessions.ts";
import { AccessKey } from "./access/accessKey.ts";
import type { Front } from "./access/front.ts";
import { keptSecret } from "./access/keptSecret.ts";
import { KnownBrowser } from "./access/knownBrowser.ts";
import { SessionCookie } from "./access/sessionCookie.ts";
import type { ServiceContext } from "./context/serviceContext.ts";
import type { SignInDoors } from "./http/serveSignIn.ts";
import type { ServerSettings } from "./program/env.ts";

/** Where the key is kept that a server made for itself. */
export const keyFile = (settings: ServerSettings): string => join(settings.dataDir, "access-key");

/** Opens the doors by which people sign in. @returns null where everyone at this machine is the owner */
export async function openSignIn(settings: ServerSettings, context: ServiceContext, front: Front): Promise<SignInDoors | null> {
  if (settings.singleUser) return null;
  const secret = keptSecret(join(settings.dataDir, "session-secret"));
  const accessKey = new AccessKey(settings.accessKey ?? keptSecret(keyFile(settings)), new SessionCookie(secret));
  const { orm } = context.database;
  await deleteSessionsOfOtherKeys(orm, accessKey.mark);
  const joinCookie = new SessionCookie(secret, "join", "/auth");
  const { publicUrl, shared } = context;
  // What one person alone never needs is not loaded.
  const { MemberAuth } = shared ? await import("./members/memberAuth.ts") : { MemberAuth: null };
  return {
    context,
    accessKey,
    front,
    joinCookie,
    knownBrowser: new KnownBrowser(secret),
    members: MemberAuth && new MemberAuth({ orm, publicUrl, secret, oidc: settings.oidc }),
  };
}
