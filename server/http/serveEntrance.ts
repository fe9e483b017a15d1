import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServiceContext } from "../services/context.ts";
import { openSession, type SignIn, sessionDays } from "../services/sessions.ts";
import type { AccessKey } from "./accessKey.ts";
import { readBody } from "./readBody.ts";
import { answerSignInPage } from "./signInPage.ts";

/**
 * The door of a server with an access key. GET shows a page with one button, and POST lets in: mail programs and chats that look
 * at a link before a person does must not use up the one that is valid once.
 */
export async function serveEntrance(
  context: ServiceContext,
  accessKey: AccessKey | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { searchParams } = new URL(request.url!, "http://server");
  if (accessKey === null) return redirect(response, "/");
  const key = searchParams.get("key") ?? "";
  if (request.method !== "POST")
    return answerSignInPage(response, { status: 200, key, to: ownPath(searchParams.get("to")), problem: null });
  const body = await readBody(request, response);
  if (body === null) return;
  const form = new URLSearchParams(body.toString("utf8"));
  const to = ownPath(form.get("to"));
  const given = (form.get("key") ?? key).trim();
  const admitted = accessKey.admits(given, request.socket.remoteAddress ?? "");
  if (admitted === "later") {
    const problem = "Too many wrong keys from this address: try again in a minute.";
    return answerSignInPage(response, { status: 429, key: "", to, problem });
  }
  if (!admitted) {
    const problem = "This key is wrong, or its link was already used. Type the access key, or restart the server for a new link.";
    return answerSignInPage(response, { status: 401, key: "", to, problem });
  }
  redirect(response, to, await signIn(context, accessKey, { keyMark: accessKey.mark }, request));
}

/** Opens a session for this browser. @returns the header that sets its cookie */
async function signIn(context: ServiceContext, accessKey: AccessKey, by: SignIn, request: IncomingMessage): Promise<string> {
  const token = await openSession(context, by, request.headers["user-agent"] ?? "");
  return accessKey.cookie.set(token, sessionDays, context.publicUrl.startsWith("https:"));
}

function redirect(response: ServerResponse, to: string, cookie?: string): undefined {
  response.writeHead(303, { location: to, "cache-control": "no-store", ...(cookie ? { "set-cookie": cookie } : {}) });
  response.end();
}

/** A path of this server, whatever was written. */
export function ownPath(to: string | null): string {
  if (to === null || !URL.canParse(to, "http://server")) return "/";
  const url = new URL(to, "http://server");
  // "//x" would be another host.
  const path = `/${url.pathname.replace(/^\/+/, "")}${url.search}`;
  return url.origin === "http://server" && !/^\/(enter|trpc|export|auth)\b/.test(path) ? path : "/";
}
