import type { IncomingMessage, ServerResponse } from "node:http";
import { byId } from "../../contract/requests.ts";
import { describeError } from "../describeError.ts";
import { findAccess } from "../findAccess.ts";
import type { ServiceContext } from "../services/context.ts";
import { exportExperiment } from "../services/exportExperiment.ts";
import { exportRun } from "../services/exportRun.ts";
import { owner } from "../services/reader.ts";
import type { AccessKey } from "./accessKey.ts";

/** Answers /export/experiments/<id>.csv and /export/runs/<id>.csv; both take ?share=<token>. */
export async function serveExport(
  context: ServiceContext,
  accessKey: AccessKey | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url!, "http://server");
  const [, kind, id] = /^\/export\/(experiments|runs)\/([^/]+)\.csv$/.exec(url.pathname) ?? [];
  const { access } = await findAccess(context, accessKey, request.headers, url.searchParams.get("share") ?? undefined);
  const reader = access.kind === "owner" ? owner : access.kind === "share" ? access.reader : null;
  if (!reader || !byId.safeParse({ id }).success) return refuse(response, 404, "There is no such table.");
  try {
    const { name, lines } = await (kind === "runs" ? exportRun : exportExperiment)(context, reader, id);
    const file = name.replace(/[^\p{L}\p{N} ._-]+/gu, "_").slice(0, 80);
    response.writeHead(200, {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="collapsar.csv"; filename*=UTF-8''${encodeURIComponent(file)}.csv`,
      "cache-control": "no-store",
    });
    for (const line of lines) if (!response.write(`${line}\r\n`)) await new Promise((resolve) => response.once("drain", resolve));
    response.end();
  } catch (error) {
    const { code, message } = describeError(error);
    refuse(response, code === "NOT_FOUND" ? 404 : 500, message);
  }
}

function refuse(response: ServerResponse, status: number, text: string): undefined {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(text);
}
