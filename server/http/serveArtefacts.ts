import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { FailureCode } from "../../contract/failure.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { describeError } from "../failures/describeError.ts";
import { counters } from "../metrics/counters.ts";
import { storeArtefact } from "../services/events/storeArtefact.ts";
import { readCheckpoint } from "../services/files/readCheckpoint.ts";

const statuses: Partial<Record<FailureCode, number>> = {
  NOT_ALLOWED: 401,
  NOT_FOUND: 404,
  LEASE_LOST: 409,
  INVALID: 422,
  DISK_FULL: 507,
  UNAVAILABLE: 503,
};

/** A worker that moves nothing for so long is gone. */
const silenceMs = 60_000;

/** Which file of which run a request is about, and whose it says it is. */
interface Asked {
  runId: string;
  attempt: number;
  name: string;
  token: string;
  lease: string;
}

/**
 * Answers a worker with `authorization: Bearer <worker token>` and `x-collapsar-lease`. 5xx = try again later, others = not wanted.
 * - PUT /artefacts/<run>/<attempt>/<name>, with `x-collapsar-sha256` and `content-length`: a file of its attempt. 201 = stored.
 * - GET /artefacts/<run>/<attempt>/<name>, with `x-collapsar-attempt`, its own: a checkpoint of any attempt of its run; from a byte
 *   on with `range: bytes=<n>-`. With `x-collapsar-run`, whose attempt and lease these are then: the last checkpoint of the run
 *   that it grows from.
 */
export async function serveArtefacts(context: ServiceContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = (status: number, text: string) => {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", connection: "close" });
    response.end(text);
    // What is still on its way is thrown away, so that the answer is read rather than a broken line seen.
    request.resume();
  };
  const [, runId, attempt, name] = /^\/artefacts\/([^/]+)\/(\d{1,9})\/([^/]+)$/.exec(pathOf(request)) ?? [];
  if (runId === undefined || name === undefined) return answer(404, "Files are at /artefacts/<run>/<attempt>/<name>.");
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const asked = { runId, attempt: Number(attempt), name, token, lease: headerOf(request, "x-collapsar-lease") };
  request.setTimeout(silenceMs, () => request.destroy());
  try {
    if (request.method === "GET") return await send(context, asked, request, response);
    if (request.method !== "PUT") return answer(405, "Files are sent with PUT and read with GET.");
    const length = request.headers["content-length"];
    if (length === undefined || !/^\d{1,15}$/.test(length))
      return answer(411, "The request needs a Content-Length with the size of the file in bytes.");
    await storeArtefact(context, { ...asked, bytes: Number(length), sha256: headerOf(request, "x-collapsar-sha256") }, request);
    counters.uploads.inc({ outcome: "stored" });
    counters.uploadedBytes.inc(Number(length));
    answer(201, "stored");
  } catch (error) {
    if (request.method === "PUT") counters.uploads.inc({ outcome: "failed" });
    if (request.socket.destroyed) return; // whoever asked has gone
    const { code, message } = describeError(error);
    if (response.headersSent) response.destroy();
    else answer(statuses[code] ?? 500, message);
  }
}

async function send(context: ServiceContext, asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { runId: of, attempt, name, ...rest } = asked;
  const holding = headerOf(request, "x-collapsar-attempt");
  const runId = headerOf(request, "x-collapsar-run") || of;
  const holder = { ...rest, runId, attempt: /^\d{1,9}$/.test(holding) ? Number(holding) : 0 };
  const [, start = "0"] = /^bytes=(\d{1,15})-$/.exec(headerOf(request, "range")) ?? [];
  const { file, content } = await readCheckpoint(context, holder, { of, attempt, name, from: Number(start) });
  const from = Math.min(Number(start), file.bytes);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-type": "application/octet-stream",
    "content-length": file.bytes - from,
    ...(from > 0 && { "content-range": `bytes ${from}-${file.bytes - 1}/${file.bytes}` }),
    "x-collapsar-sha256": file.sha256,
    "cache-control": "no-store",
  });
  await pipeline(content, response);
}

const pathOf = (request: IncomingMessage) => {
  try {
    return decodeURIComponent(new URL(request.url!, "http://server").pathname);
  } catch {
    return "";
  }
};

const headerOf = (request: IncomingMessage, name: string) => String(request.headers[name] ?? "");
