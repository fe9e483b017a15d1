import type { IncomingMessage, ServerResponse } from "node:http";
import { passwordSignIn } from "../../contract/people.ts";
import { clientAddress, isSecure, neighbourhood } from "../access/front.ts";
import type { MemberAuth } from "../members/memberAuth.ts";
import { type Doorkeeper, letIn, offersOf, ownPath } from "./doorkeeper.ts";
import { readBody, strangersBytes } from "./readBody.ts";
import { answerSignInPage } from "./signInPage.ts";

/** Passwords that are checked at once: each takes a thread for a tenth of a second. Strangers leave room for browsers that are known. */
const maxChecks = { known: 4, strangers: 2 };
let checks = 0;

/** Every try counts as wrong until it proves right: those that come at once, at whichever servers, cannot be more than are allowed. */
async function checkPassword(
  { passwordLimit }: Doorkeeper,
  members: MemberAuth,
  knocks: string,
  { email, password }: { email: string; password: string },
): Promise<string | null | "later"> {
  if (!(await passwordLimit.take(knocks))) return "later";
  const memberId = await members.byPassword(email, password);
  if (memberId !== null) await passwordLimit.giveBack(knocks);
  return memberId;
}

/**
 * The door of a server with a sign-in. GET shows a page, and POST lets in: mail programs and chats that look at a link before a
 * person does must not use up the one that is valid once.
 */
export async function serveEntrance(keeper: Doorkeeper, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { searchParams } = new URL(request.url!, "http://server");
  const offers = await offersOf(keeper);
  const key = searchParams.get("key") ?? "";
  if (request.method !== "POST")
    return answerSignInPage(response, { status: 200, key, to: ownPath(searchParams.get("to")), problem: null, offers });
  const body = await readBody(request, response, strangersBytes);
  if (body === null) return;
  const form = new URLSearchParams(body.toString("utf8"));
  const to = ownPath(form.get("to"));
  const address = neighbourhood(clientAddress(keeper.front, request));
  const refuse = (status: number, problem: string, email: string | null = null) =>
    answerSignInPage(response, { status, key: "", to, problem, offers, email });

  if (form.has("password") && keeper.members) {
    const given = passwordSignIn.safeParse(Object.fromEntries(form));
    const email = form.get("email") ?? "";
    if (!given.success) return refuse(400, `${given.error.issues[0]?.message ?? "This is not valid"}.`, email);
    const isKnown = keeper.knownBrowser.isOf(given.data.email, request.headers);
    const knocks = `${isKnown ? "known" : address} ${given.data.email}`;
    if (checks >= maxChecks[isKnown ? "known" : "strangers"])
      return refuse(429, "Many people are signing in just now: try again in a moment.", email);
    checks++;
    const memberId = await checkPassword(keeper, keeper.members, knocks, given.data).finally(() => checks--);
    if (memberId === "later") return refuse(429, "Too many wrong passwords: try again in a minute.", email);
    const known = keeper.knownBrowser.set(given.data.email, isSecure(keeper.front, request));
    if (memberId !== null) return letIn(keeper, { memberId }, request, response, { to, cookies: [known] });
    return refuse(401, "There is no member with this e-mail address and password.", email);
  }
  const admitted = await keeper.accessKey.admits((form.get("key") ?? key).trim(), address);
  if (admitted === "later") return refuse(429, "Too many wrong keys from this address: try again in a minute.");
  if (admitted) return letIn(keeper, { keyMark: keeper.accessKey.mark }, request, response, { to });
  refuse(401, "This key is wrong, or its link was already used. Type the access key, or restart the server for a new link.");
}
