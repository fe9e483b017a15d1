import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../contract/failure.ts";
import { type ArchivedFileKind, archivedFileKinds } from "../../contract/wire/archiveFormat.ts";
import { byId } from "../../contract/wire/requests.ts";
import type { AccessKey } from "../access/accessKey.ts";
import { findAccess } from "../access/findAccess.ts";
import { personWith, readerWith, refusals, refuseAccess } from "../access/refusals.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { comesAgain, describeError } from "../failures/describeError.ts";
import { exportArchive } from "../services/archives/exportArchive.ts";
import { importArchive, inspectArchive } from "../services/archives/importArchive.ts";
import type { RequestTurns } from "./requestTurns.ts";
import { attachment } from "./serveExport.ts";

/** An upload that is silent for so long is given up. */
const silenceMs = 60_000;

export const isArchiveAddress = (path: string): boolean =>
  path === "/api/v1/archives" || /^\/api\/v1\/experiments\/[^/]+\/archive$/.test(path);

/**
 * - GET /api/v1/experiments/<id>/archive, with ?files=checkpoints,features and ?share=<token>: an experiment whole, as one zip file.
 * - POST /api/v1/archives with such a file: stores its experiment, and answers what it is; with ?preview it says so alone.
 */
export async function serveArchives(
  context: ServiceContext,
  accessKey: AccessKey | null,
  turns: RequestTurns,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url!, "http://server");
  const { access, hold } = await findAccess(
    context.database.orm,
    accessKey,
    request.headers,
    url.searchParams.get("share") ?? undefined,
  );
  const answer = (status: number, value: unknown) => {
    if (response.headersSent) return void response.destroy();
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", connection: "close" });
    response.end(`${JSON.stringify(value)}\n`);
    request.resume();
  };
  const isUpload = url.pathname === "/api/v1/archives";
  try {
    if (isUpload) {
      const person = personWith(access, "launch");
      if (!person) {
        const { status, code, message } = refuseAccess(access, "launch");
        return answer(status, { error: { code, message } });
      }
      if (request.method !== "POST") return answer(405, error("INVALID", "An archive is sent with POST."));
      if (!/^application\/(zip|octet-stream)\b/.test(request.headers["content-type"] ?? ""))
        return answer(415, error("INVALID", "Send the archive itself, with content-type: application/zip."));
      if (!(await turns.wait(hold, response))) return;
      request.setTimeout(silenceMs, () => request.destroy());
      if (url.searchParams.has("preview")) return answer(200, await inspectArchive(context, request));
      return answer(201, await importArchive(context, person, request));
    }
    const id = url.pathname.split("/")[4] ?? "";
    const reader = readerWith(access);
    if (!reader || !byId.safeParse({ id }).success) return answer(404, error("NOT_FOUND", refusals.noExport));
    const kinds = kindsOf(url.searchParams.get("files"));
    if (!(await turns.wait(hold, response))) return;
    const { name, content } = await exportArchive(context, reader, id, kinds);
    response.writeHead(200, {
      "content-type": "application/zip",
      "content-disposition": attachment(name, "zip"),
      "cache-control": "no-store",
    });
    if (request.method === "HEAD") {
      content.destroy();
      return void response.end();
    }
    await pipeline(content, response);
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE" || request.socket.destroyed) return; // whoever asked has gone
    const { code, message } = describeError(problem);
    const again = comesAgain[code];
    if (again && !response.headersSent) response.setHeader("retry-after", again.afterS);
    answer(code === "NOT_FOUND" ? 404 : code === "INVALID" ? 400 : (again?.status ?? 500), error(code, message));
  }
}

const error = (code: string, message: string) => ({ error: { code, message } });

/** @throws Failure INVALID */
function kindsOf(text: string | null): ArchivedFileKind[] {
  const kinds = (text ?? "").split(",").filter((kind) => kind !== "");
  for (const kind of kinds)
    if (!(archivedFileKinds as readonly string[]).includes(kind))
      throw new Failure(
        "INVALID",
        `files=${kind.slice(0, 40)}: it may be ${archivedFileKinds.join(" or ")}, or both with a comma.`,
      );
  return kinds as ArchivedFileKind[];
}
