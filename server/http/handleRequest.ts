import type { IncomingMessage, ServerResponse } from "node:http";
import { describeError } from "../describeError.ts";
import type { ServiceContext } from "../services/context.ts";
import type { AccessKey } from "./accessKey.ts";
import { isCrossSite, refuseSource } from "./checkSource.ts";
import { serveExport } from "./serveExport.ts";
import { serveProcedures } from "./serveProcedures.ts";
import { setHeaders } from "./setHeaders.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface Routes {
  context: ServiceContext;
  accessKey: AccessKey | null;
  /** Next; null where the pages are left out. */
  pages: Handler | null;
  dev: boolean;
}

/** Parts of the pages that anyone may load: a shared page and what it is made of. */
const openPages = /^\/(s\/|_next\/|favicon\.ico$|icon|apple-icon|manifest)/;

/** Answers every HTTP request but those of Socket.IO. */
export function makeHandler(routes: Routes): Handler {
  return async (request, response) => {
    try {
      await handle(routes, request, response);
    } catch (error) {
      const { message } = describeError(error);
      if (response.headersSent) response.destroy();
      else answer(response, 500, message);
    }
  };
}

async function handle(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { context, accessKey } = routes;
  if (!URL.canParse(request.url ?? "", "http://server")) return answer(response, 400, "This is no address.");
  const url = new URL(request.url!, "http://server");
  setHeaders(request, response, url.pathname, routes.dev);
  const reason = refuseSource(request.headers, context.publicUrl);
  if (reason !== null) return answer(response, 403, reason);
  if (url.pathname === "/healthz") return answer(response, 200, "ok");
  if (url.pathname === "/enter") return enter(routes, url, response);
  if (url.pathname.startsWith("/trpc/") || url.pathname.startsWith("/export/")) {
    if (isCrossSite(request.headers)) return answer(response, 403, "Requests from other sites are refused.");
    if (url.pathname.startsWith("/trpc/")) return serveProcedures(context, accessKey, request, response);
    return serveExport(context, accessKey, request, response);
  }
  if (accessKey && !openPages.test(url.pathname) && !accessKey.admits(request.headers))
    return answer(
      response,
      401,
      "This is a Collapsar server. Open the link that it printed when it started, or /enter?key=<access key>.",
    );
  if (!routes.pages) return answer(response, 404, "This server was started without pages.");
  return routes.pages(request, response);
}

function enter({ accessKey, context }: Routes, url: URL, response: ServerResponse): undefined {
  const cookie = accessKey?.enter(url.searchParams.get("key") ?? "", context.publicUrl.startsWith("https:"));
  if (cookie === "later") return answer(response, 429, "Too many wrong keys: try again in a minute.");
  if (accessKey && !cookie)
    return answer(response, 401, "This key is not valid, or was used already. /enter?key=<access key> works always.");
  response.writeHead(303, { location: "/", "cache-control": "no-store", ...(cookie ? { "set-cookie": cookie } : {}) });
  response.end();
}

function answer(response: ServerResponse, status: number, text: string): undefined {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(text);
}
