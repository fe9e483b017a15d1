import type { IncomingMessage, ServerResponse } from "node:http";
import { isCrossSite } from "../access/checkSource.ts";
import { refusals } from "../access/refusals.ts";
import type { SessionCookie } from "../access/sessionCookie.ts";
import { authPath, oidcId } from "../members/addresses.ts";
import { answerText } from "./answerText.ts";
import { type Doorkeeper, redirect } from "./doorkeeper.ts";
import { serveEntrance } from "./serveEntrance.ts";
import { serveJoin } from "./serveJoin.ts";
import { comeFromProvider, goToProvider } from "./serveProvider.ts";

export interface SignInDoors extends Doorkeeper {
  /** Holds the invitation of whoever is on their way to the identity provider and back. */
  joinCookie: SessionCookie;
}

/** Addresses that are answered here, and by which methods. */
export const signInMethods: [RegExp, string[]][] = [
  [/^\/enter$/, ["GET", "HEAD", "POST"]],
  [/^\/enter\/provider$/, ["GET"]],
  [/^\/join\/[^/]+$/, ["GET", "HEAD", "POST"]],
  [/^\/join\/[^/]+\/provider$/, ["GET"]],
  [new RegExp(`^${authPath}/callback/${oidcId}$`), ["GET"]],
];

/** Answers the pages before the sign-in. @param doors null: there is no sign-in */
export async function serveSignIn(
  doors: SignInDoors | null,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (doors === null) return redirect(response, "/");
  if (request.method === "POST" && isCrossSite(request.headers)) return answerText(response, 403, refusals.otherSite);
  if (path === "/enter") return serveEntrance(doors, request, response);
  const { members } = doors;
  const invitation = /^\/join\/([^/]{1,200})(?:\/|$)/.exec(path)?.[1] ?? null;
  if (members === null) return answerText(response, 404, "This server only serves its own machine.");
  if (path.endsWith("/provider") || path.startsWith(authPath)) {
    if (!members.hasProvider) return answerText(response, 404, "This server has no identity provider.");
    const door = { ...doors, members };
    return path.startsWith(authPath)
      ? comeFromProvider(door, request, response)
      : goToProvider(door, invitation, request, response);
  }
  return serveJoin({ ...doors, members }, invitation ?? "", request, response);
}
