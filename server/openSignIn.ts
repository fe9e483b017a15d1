import { hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Executor } from "../db/database.ts";
import { claimInstallation, type Installation } from "../db/queries/installation.ts";
import { deleteSessionsOfOtherKeys } from "../db/queries/sessions.ts";
import { AccessKey } from "./access/accessKey.ts";
import type { Front } from "./access/front.ts";
import { keptSecret } from "./access/keptSecret.ts";
import { KnownBrowser } from "./access/knownBrowser.ts";
import { digest } from "./access/secrets.ts";
import { cookieMark, SessionCookie } from "./access/sessionCookie.ts";
import { SignInLimit } from "./access/signInLimit.ts";
import type { ServiceContext } from "./context/serviceContext.ts";
import type { SignInDoors } from "./http/serveSignIn.ts";
import type { ServerSettings } from "./program/env.ts";

/** Where the key is kept that a server made for itself. */
export const keyFile = (settings: ServerSettings): string => join(settings.dataDir, "access-key");

/** The key that signs browsers in; null where everyone at this machine is the owner. */
export const keyOf = (settings: ServerSettings): string | null =>
  settings.singleUser ? null : (settings.accessKey ?? keptSecret(keyFile(settings)));

/** Where this server prints its link: its next start there ends it. */
export const placeOf = (settings: ServerSettings): string => digest(`${hostname()} ${settings.dataDir}`);

/** What this server shares with the others of its database, made by the first of them. */
export function openInstallation({ dataDir }: ServerSettings, orm: Executor): Promise<Installation> {
  return claimInstallation(orm, {
    id: randomUUID(),
    cookieMark: formerMark(dataDir) ?? cookieMark(randomBytes(16).toString("hex")),
  });
}

/** Servers before had a secret of their own in this file, which named their cookies: browsers stay signed in. */
function formerMark(dataDir: string): string | null {
  try {
    return cookieMark(readFileSync(join(dataDir, "session-secret"), "utf8").trim());
  } catch {
    return null;
  }
}

/**
 * Opens the doors by which people sign in. What the servers of a database need in common follows from the access key, which they have
 * in common, and is in no table: whoever reads the database can sign nobody in.
 * @param key null: everyone at this machine is the owner
 * @returns null then
 */
export async function openSignIn(
  settings: ServerSettings,
  context: ServiceContext,
  { key, front, installation }: { key: string | null; front: Front; installation: Installation },
): Promise<SignInDoors | null> {
  if (key === null) return null;
  const { orm } = context.database;
  const secretFor = (what: string) => Buffer.from(hkdfSync("sha256", key, installation.id, what, 32)).toString("base64url");
  const cookie = (purpose?: string, path?: string) => new SessionCookie(installation.cookieMark, purpose, path);
  const accessKey = new AccessKey(key, cookie(), orm);
  await deleteSessionsOfOtherKeys(orm, accessKey.mark);
  const { publicUrl, shared } = context;
  // What one person alone never needs is not loaded.
  const { MemberAuth } = shared ? await import("./members/memberAuth.ts") : { MemberAuth: null };
  return {
    context,
    accessKey,
    front,
    joinCookie: cookie("join", "/auth"),
    passwordLimit: new SignInLimit(orm, "password"),
    knownBrowser: new KnownBrowser(secretFor("known browsers"), cookie("known", "/enter")),
    members: MemberAuth && new MemberAuth({ orm, publicUrl, secret: secretFor("sign-in"), oidc: settings.oidc }),
  };
}
