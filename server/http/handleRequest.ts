import type { IncomingMessage, ServerResponse } from "node:http";
import { isCrossSite, refuseRequest } from "../access/checkSource.ts";
import { findAccess } from "../access/findAccess.ts";
import { type Front, isSecure } from "../access/front.ts";
import { refusals } from "../access/refusals.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { comesAgain, describeError } from "../failures/describeError.ts";
import { describeLink } from "../previews/describeLink.ts";
import { servePreview, tokenOfPreview } from "../previews/servePreview.ts";
import { answerText } from "./answerText.ts";
import { type Doorkeeper, offersOf, ownPath } from "./doorkeeper.ts";
import { RequestTurns } from "./requestTurns.ts";
import { serveArtefacts } from "./serveArtefacts.ts";
import { clientPath, serveClient } from "./serveClient.ts";
import { serveEmbed, tokenOfEmbed } from "./serveEmbed.ts";
import { serveExport } from "./serveExport.ts";
import { serveMetrics } from "./serveMetrics.ts";
import { type SignInDoors, serveSignIn, signInMethods } from "./serveSignIn.ts";
import { setHeaders } from "./setHeaders.ts";
import { answerSignInPage } from "./signInPage.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface Routes {
  context: ServiceContext;
  /** null: no sign-in, everyone is the owner. */
  signIn: SignInDoors | null;
  front: Front;
  /** Answers the calls under /trpc. */
  procedures: (request: IncomingMessage, response: ServerResponse, turns: RequestTurns) => Promise<void>;
  /** Answers everything under /api/v1. */
  api: Handler;
  /** Next; null where the pages are left out. */
  pages: Handler | null;
  dev: boolean;
  metricsToken: string | null;
}

/** Parts of the pages that anyone may load: a shared page and what it is made of. */
const openPages = /^\/(s\/|_next\/|favicon\.ico$|icon|apple-icon|manifest)/;

/** Answers every HTTP request but those of Socket.IO. */
export function makeHandler(routes: Routes): Handler {
  const turns = { calls: new RequestTurns(), exports: new RequestTurns({ waiting: 50 }) };
  return async (request, response) => {
    try {
      await handle({ ...routes, turns }, request, response);
    } catch (error) {
      // Whoever asked has hung up: nothing is wrong here.
      if (request.destroyed && !request.complete) return void response.destroy();
      const { code, message } = describeError(error);
      const again = comesAgain[code];
      if (response.headersSent) response.destroy();
      else answerText(response, again?.status ?? 500, message, again && { "retry-after": String(again.afterS) });
    }
  };
}

function isReadable(address: string): boolean {
  try {
    decodeURIComponent(new URL(address, "http://server").pathname);
    return true;
  } catch {
    return false;
  }
}

async function isSignedIn({ context, accessKey }: Doorkeeper, request: IncomingMessage): Promise<boolean> {
  const { access } = await findAccess(context.database.orm, accessKey, request.headers, undefined);
  return access.kind === "person";
}

/** Methods by the beginning of the path; everything else is read only. */
const methods: [RegExp, string[]][] = [[/^\/trpc\//, ["GET", "POST"]], ...signInMethods, [/^\/artefacts\//, ["GET", "PUT"]]];

const withoutPages: Handler = async (_request, response) => answerText(response, 404, "This server was started without pages.");

/** Who waits for whom: a slow download of an export holds no page up. */
interface Turns {
  turns: { calls: RequestTurns; exports: RequestTurns };
}

async function handle(routes: Routes & Turns, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { context, signIn } = routes;
  const accessKey = signIn?.accessKey ?? null;
  if (!request.url?.startsWith("/") || !isReadable(request.url)) return answerText(response, 400, "This address cannot be read.");
  const url = new URL(request.url, "http://server");
  const secure = isSecure(routes.front, request);
  setHeaders(request, response, { path: url.pathname, dev: routes.dev, secure });
  // It refuses in its own form, and takes its address as it was written.
  if (/^\/api\/v1(\/|\?|$)/.test(request.url)) return routes.api(request, response);
  const reason = refuseRequest(request, routes.front);
  if (reason !== null) return answerText(response, 403, reason);
  const allowed = methods.find(([path]) => path.test(url.pathname))?.[1] ?? ["GET", "HEAD"];
  if (!routes.dev && !allowed.includes(request.method ?? ""))
    return answerText(response, 405, `This address accepts only ${allowed.join(", ")}.`, { allow: allowed.join(", ") });
  if (url.pathname === "/healthz") return answerText(response, 200, "ok");
  if (url.pathname === clientPath) return serveClient(context.version, response);
  if (url.pathname === "/metrics") {
    if (isCrossSite(request.headers)) return answerText(response, 403, refusals.otherSite);
    return serveMetrics({ context, accessKey, metricsToken: routes.metricsToken }, request, response);
  }
  if (signInMethods.some(([path]) => path.test(url.pathname))) return serveSignIn(signIn, url.pathname, request, response);
  if (url.pathname.startsWith("/trpc/") || url.pathname.startsWith("/export/")) {
    if (isCrossSite(request.headers)) return answerText(response, 403, refusals.otherSite);
    if (url.pathname.startsWith("/trpc/")) return routes.procedures(request, response, routes.turns.calls);
    return serveExport(context, accessKey, routes.turns.exports, request, response);
  }
  if (url.pathname.startsWith("/artefacts/")) return serveArtefacts(context, request, response);
  const pictured = tokenOfPreview(url.pathname);
  if (pictured !== null) return servePreview(context, pictured, request, response);
  await describeLink(context, url.pathname, request);
  const embedded = tokenOfEmbed(url.pathname);
  const pages = routes.pages ?? withoutPages;
  if (embedded !== null) return serveEmbed(context.database.orm, embedded, pages, request, response);
  if (signIn && !openPages.test(url.pathname) && !(await isSignedIn(signIn, request)))
    return answerSignInPage(response, {
      status: 401,
      key: "",
      to: ownPath(request.url),
      problem: null,
      offers: await offersOf(signIn),
    });
  return pages(request, response);
}
