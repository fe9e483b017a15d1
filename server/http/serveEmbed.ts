import type { IncomingMessage, ServerResponse } from "node:http";
import { themeCookie, themeOf } from "../../contract/theme.ts";
import type { FramePolicy } from "../../contract/wire/framePolicy.ts";
import type { Executor } from "../../db/database.ts";
import { findOpenShare } from "../access/credentials.ts";
import { refusals } from "../access/refusals.ts";
import { setFramePolicy } from "./setHeaders.ts";
import { signInStyle } from "./signInStyle.ts";

/** The page of one chart: it is read through its link's token. */
export const tokenOfEmbed = (path: string): string | null => /^\/embed\/([^/]{1,300})\/?$/.exec(path)?.[1] ?? null;

/**
 * Answers /embed/<token>: the one page that other sites may show in a frame, those that the link's owner named. It is nobody's own page:
 * whatever cookies came are left out, and the address says which theme it has.
 */
export async function serveEmbed(
  db: Executor,
  token: string,
  pages: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const share = await findOpenShare(db, decodeURIComponent(token).slice(0, 200));
  if (share === null) return answerDead(request, response);
  setFramePolicy(request, response, share.frames);
  response.setHeader("cache-control", "no-store");
  const theme = themeOf(new URL(request.url ?? "/", "http://server").searchParams.get("theme") ?? undefined);
  request.headers.cookie = `${themeCookie}=${theme}`;
  return pages(request, response);
}

/** The same for every link that opens nothing. It may stand in any frame, so that readers of the page around it see what is the matter. */
function answerDead(request: IncomingMessage, response: ServerResponse): void {
  const everywhere: FramePolicy = "anywhere";
  setFramePolicy(request, response, everywhere, "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  response.writeHead(404, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chart not available · Collapsar</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><style>${signInStyle}</style></head>
<body><main><h1>This chart is not available</h1><p class="lead">${refusals.deadLink} Ask the person who published it for a new one.</p></main></body></html>`);
}
