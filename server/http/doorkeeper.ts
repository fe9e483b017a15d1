import type { IncomingMessage, ServerResponse } from "node:http";
import { countMembers } from "../../db/queries/people.ts";
import type { AccessKey } from "../access/accessKey.ts";
import { type Front, isSecure } from "../access/front.ts";
import type { KnownBrowser } from "../access/knownBrowser.ts";
import type { SignInLimit } from "../access/signInLimit.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import type { MemberAuth } from "../members/memberAuth.ts";
import { openSession, type SignIn, sessionDays } from "../services/people/sessions.ts";
import { noOffers, type Offers } from "./signInPage.ts";

/** What the doors of a server with a sign-in work with. */
export interface Doorkeeper {
  context: ServiceContext;
  accessKey: AccessKey;
  front: Front;
  /** null: nobody but who has the access key signs in. */
  members: MemberAuth | null;
  knownBrowser: KnownBrowser;
  /** Wrong passwords by network address and member: they cost much to check, so that who has no more tries is not checked at all. */
  passwordLimit: SignInLimit;
}

/** By what members can sign in, once there are any. */
export async function offersOf({ context, members }: Doorkeeper): Promise<Offers> {
  if (members === null) return noOffers;
  return { password: (await countMembers(context.database.orm)) > 0, provider: members.hasProvider };
}

/** Opens a session for this browser and sends it on. */
export async function letIn(
  { context, accessKey, front }: Doorkeeper,
  by: SignIn,
  request: IncomingMessage,
  response: ServerResponse,
  { to, cookies = [] }: { to: string; cookies?: string[] },
): Promise<undefined> {
  const token = await openSession(context, by, request.headers["user-agent"] ?? "");
  redirect(response, to, [...cookies, accessKey.cookie.set(token, sessionDays, isSecure(front, request))]);
}

export function redirect(response: ServerResponse, to: string, cookies: string[] = []): undefined {
  response.writeHead(303, {
    location: to,
    "cache-control": "no-store",
    ...(cookies.length > 0 ? { "set-cookie": cookies } : {}),
  });
  response.end();
}

/** A path of this server, whatever was written. */
export function ownPath(to: string | null): string {
  if (to === null || !URL.canParse(to, "http://server")) return "/";
  const url = new URL(to, "http://server");
  // "//x" would be another host.
  const path = `/${url.pathname.replace(/^\/+/, "")}${url.search}`;
  return url.origin === "http://server" && !/^\/(enter|join|trpc|export|auth)\b/.test(path) ? path : "/";
}
