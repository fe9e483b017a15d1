import type { IncomingMessage, ServerResponse } from "node:http";
import { findOpenShare } from "../access/credentials.ts";
import { refusals } from "../access/refusals.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { comesAgain, describeError } from "../failures/describeError.ts";
import { getExperiment } from "../services/experiments/getExperiment.ts";
import { openPreview } from "../supplement/openSupplement.ts";
import { PreviewStore } from "./PreviewStore.ts";
import { rasterize } from "./rasterize.ts";

/** The picture of a shared study, /s/<token>/preview.png. */
export const tokenOfPreview = (path: string): string | null => /^\/s\/([^/]{1,300})\/preview\.png$/.exec(path)?.[1] ?? null;

const store = new PreviewStore(rasterize);

/** Answers with the picture that chats and feeds show for a link: of what the link shows, as of now. */
export async function servePreview(
  context: ServiceContext,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const share = await findOpenShare(context.database.orm, decodeURIComponent(token).slice(0, 200));
  if (share === null) return answer(response, 404, refusals.deadLink);
  const { experimentId, hideNames } = share;
  try {
    const { png, etag } = await store.get(share.id, async () => {
      const draw = await openPreview();
      return draw(await getExperiment(context, { experimentId, hideNames, readOnly: true }, experimentId));
    });
    // A link can be revoked at any time: a picture that is kept elsewhere is asked for again.
    const headers = { "cache-control": "no-cache", etag };
    if (request.headers["if-none-match"]?.includes(etag)) return void response.writeHead(304, headers).end();
    response.writeHead(200, { ...headers, "content-type": "image/png", "content-length": png.byteLength });
    response.end(request.method === "HEAD" ? undefined : png);
  } catch (error) {
    const { code, message } = describeError(error);
    const again = comesAgain[code];
    if (again) response.setHeader("retry-after", again.afterS);
    answer(response, code === "NOT_FOUND" ? 404 : (again?.status ?? 500), message);
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(text);
}
