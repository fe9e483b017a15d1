import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { byId } from "../../contract/wire/requests.ts";
import type { AccessKey } from "../access/accessKey.ts";
import { findAccess } from "../access/findAccess.ts";
import type { Reader } from "../access/reader.ts";
import { readerWith, refusals } from "../access/refusals.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { comesAgain, describeError } from "../failures/describeError.ts";
import { exportExperiment } from "../services/exports/exportExperiment.ts";
import { exportExperimentJson } from "../services/exports/exportExperimentJson.ts";
import type { Export } from "../services/exports/exportedRun.ts";
import { exportRun } from "../services/exports/exportRun.ts";
import { exportRunJson } from "../services/exports/exportRunJson.ts";
import { readArtefact } from "../services/runs/readArtefacts.ts";
import type { RequestTurns } from "./requestTurns.ts";

type Make = (context: ServiceContext, reader: Reader, id: string, withHead: boolean) => Promise<Export>;

const kinds: Record<string, { make: Make; type: string }> = {
  "experiments.csv": { make: exportExperiment, type: "text/csv; charset=utf-8" },
  "experiments.json": { make: exportExperimentJson, type: "application/json" },
  "runs.csv": { make: exportRun, type: "text/csv; charset=utf-8" },
  "runs.json": { make: exportRunJson, type: "application/json" },
};

/**
 * Answers /export/experiments/<id>.csv and .json, /export/runs/<id>.csv and .json, and /export/runs/<id>/<file>; all take
 * ?share=<token>, the tables ?head=none.
 * An export that fails on its way is cut off, never ended as if it were whole.
 */
export async function serveExport(
  context: ServiceContext,
  accessKey: AccessKey | null,
  turns: RequestTurns,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url!, "http://server");
  const [, of, id, ending] = /^\/export\/(experiments|runs)\/([^/]+)\.(csv|json)$/.exec(url.pathname) ?? [];
  const [, ofRun, file] = /^\/export\/runs\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
  const { access, hold } = await findAccess(
    context.database.orm,
    accessKey,
    request.headers,
    url.searchParams.get("share") ?? undefined,
  );
  const reader = readerWith(access);
  if (!reader || !byId.safeParse({ id: id ?? ofRun }).success) return refuse(response, 404, refusals.noExport);
  if (!(await turns.wait(hold, response))) return;
  try {
    if (ofRun !== undefined && file !== undefined)
      return await sendFile(await readArtefact(context, reader, ofRun, file), request, response);
    const kind = kinds[`${of}.${ending}`];
    if (!kind || id === undefined || ending === undefined) return refuse(response, 404, refusals.noExport);
    const { make, type } = kind;
    const { name, pieces } = await make(context, reader, id, url.searchParams.get("head") !== "none");
    response.writeHead(200, {
      "content-type": type,
      "content-disposition": attachment(name, ending),
      "cache-control": "no-store",
    });
    if (request.method === "HEAD") return void response.end();
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return; // whoever asked has gone
    const { code, message } = describeError(error);
    const again = comesAgain[code];
    if (again && !response.headersSent) response.setHeader("retry-after", again.afterS);
    refuse(response, code === "NOT_FOUND" ? 404 : (again?.status ?? 500), message);
  }
}

async function sendFile(
  { file, title, open }: Awaited<ReturnType<typeof readArtefact>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, base = file.name, ending = "bin"] = /^(.*)\.(\w+)$/.exec(file.name) ?? [];
  const content = request.method === "HEAD" ? null : await open();
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": file.bytes,
    "content-disposition": attachment(`${title} ${base}`, ending),
    "x-collapsar-sha256": file.sha256,
    "cache-control": "no-store",
  });
  if (content === null) return void response.end();
  await pipeline(content, response);
}

const maxNameBytes = 220;

/** The header that names the file that a browser saves. */
export function attachment(name: string, ending: string): string {
  const signs = Array.from(name.toWellFormed().replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, "_"));
  // The end says which run and file it is. File systems count bytes, of which a sign may have four.
  let head = signs.length <= 80 ? signs.length : 55;
  const shortened = () => (head === signs.length ? signs : [...signs.slice(0, head), "_", ...signs.slice(-24)]).join("");
  while (head > 0 && Buffer.byteLength(shortened()) > maxNameBytes) head = Math.min(head, signs.length - 24) - 1;
  const file = shortened();
  return `attachment; filename="collapsar.${ending}"; filename*=UTF-8''${encodeURIComponent(file)}.${ending}`;
}

function refuse(response: ServerResponse, status: number, text: string): undefined {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(text);
}
