import type { IncomingMessage, ServerResponse } from "node:http";
import { joinForm, newPasswordForm } from "../../contract/people.ts";
import { findInvitation } from "../../db/queries/people.ts";
import { isSecure } from "../access/front.ts";
import { refusals } from "../access/refusals.ts";
import { digest } from "../access/secrets.ts";
import { describeError } from "../failures/describeError.ts";
import type { MemberAuth } from "../members/memberAuth.ts";
import { endSessions } from "../services/people/sessions.ts";
import { type Doorkeeper, letIn } from "./doorkeeper.ts";
import { readBody, strangersBytes } from "./readBody.ts";
import { answerJoinPage, answerNotice } from "./signInPage.ts";

/** The page behind /join/<token>: GET shows it and leaves the invitation as it is, POST uses it. */
export async function serveJoin(
  keeper: Doorkeeper & { members: MemberAuth },
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { context, members } = keeper;
  const { orm } = context.database;
  const invitation = await findInvitation(orm, digest(token));
  if (!invitation) return answerNotice(response, 404, refusals.deadInvitation);
  const { memberId } = invitation;
  const page = { token, newPassword: memberId !== null, provider: members.hasProvider };
  if (request.method !== "POST") return answerJoinPage(response, { ...page, status: 200, problem: null });
  const body = await readBody(request, response, strangersBytes);
  if (body === null) return;
  const form = Object.fromEntries(new URLSearchParams(body.toString("utf8")));
  const refuse = (status: number, problem: string) =>
    answerJoinPage(response, { ...page, status, problem, name: form.name, email: form.email });
  try {
    if (memberId !== null) {
      const given = newPasswordForm.safeParse(form);
      if (!given.success) return refuse(400, sentence(given.error));
      await members.changePassword({ ...invitation, memberId }, given.data.password);
      await endSessions(context, { role: invitation.role, memberId, name: null, sessionId: null, token: null }, { which: "all" });
      return letIn(keeper, { memberId }, request, response, { to: "/" });
    }
    const given = joinForm.safeParse(form);
    if (!given.success) return refuse(400, sentence(given.error));
    const cookies = [keeper.knownBrowser.set(given.data.email, isSecure(keeper.front, request))];
    return letIn(keeper, { memberId: await members.join(invitation, given.data) }, request, response, { to: "/", cookies });
  } catch (error) {
    const { code, message } = describeError(error);
    if (code === "NOT_FOUND") return answerNotice(response, 404, message);
    refuse(code === "CONFLICT" ? 409 : code === "INVALID" ? 400 : 500, message);
  }
}

/** The first complaint of a form's schema. */
function sentence({ issues: [first] }: { issues: { message: string }[] }): string {
  const text = first?.message ?? "this is not valid";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
