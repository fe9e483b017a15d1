import type { IncomingMessage, ServerResponse } from "node:http";
import { findInvitation } from "../../db/queries/people.ts";
import { isSecure } from "../access/front.ts";
import { refusals } from "../access/refusals.ts";
import { digest } from "../access/secrets.ts";
import type { SessionCookie } from "../access/sessionCookie.ts";
import { describeError } from "../failures/describeError.ts";
import type { MemberAuth } from "../members/memberAuth.ts";
import { type Doorkeeper, letIn, offersOf, ownPath, redirect } from "./doorkeeper.ts";
import { answerNotice, answerSignInPage } from "./signInPage.ts";

/** The way to the provider and back takes minutes at most. */
const wayDays = 10 / 1_440;

export type ProviderDoor = Doorkeeper & {
  members: MemberAuth;
  /** Holds the invitation of whoever is on their way to the provider and back. */
  joinCookie: SessionCookie;
};

/** Sends a browser to the identity provider: from /enter/provider, or with an invitation from /join/<token>/provider. */
export async function goToProvider(
  { context, members, joinCookie, front }: ProviderDoor,
  invitation: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (invitation !== null && !(await findInvitation(context.database.orm, digest(invitation))))
    return answerNotice(response, 404, refusals.deadInvitation);
  try {
    const to = ownPath(new URL(request.url!, "http://server").searchParams.get("to"));
    const { url, cookies } = await members.goToProvider(to, invitation !== null);
    const days = invitation === null ? 0 : wayDays;
    redirect(response, url, [...cookies, joinCookie.set(invitation ?? "", days, isSecure(front, request))]);
  } catch (error) {
    answerNotice(response, 502, describeError(error).message);
  }
}

/** Where the identity provider sends a browser back to. */
export async function comeFromProvider(door: ProviderDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { context, members, joinCookie, front } = door;
  const carried = joinCookie.read(request.headers);
  const invitation = carried === null ? null : await findInvitation(context.database.orm, digest(carried));
  const url = new URL(request.url!, context.publicUrl);
  // One to a new password is no way in.
  const joins = invitation?.memberId === null ? invitation : null;
  const found = await members.fromProvider(url, request.headers.cookie ?? "", joins);
  const cookies = [...found.cookies, joinCookie.set("", 0, isSecure(front, request))];
  if ("memberId" in found)
    return letIn(door, { memberId: found.memberId }, request, response, { to: ownPath(found.to), cookies });
  response.setHeader("set-cookie", cookies);
  answerSignInPage(response, { status: 401, key: "", to: "/", problem: found.problem, offers: await offersOf(door) });
}
