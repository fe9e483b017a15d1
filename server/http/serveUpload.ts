import type { IncomingMessage, ServerResponse } from "node:http";
import type { FailureCode } from "../../contract/failure.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { describeError } from "../failures/describeError.ts";
import { counters } from "../metrics/counters.ts";
import { storeArtefact } from "../services/events/storeArtefact.ts";

const statuses: Partial<Record<FailureCode, number>> = {
  NOT_ALLOWED: 401,
  NOT_FOUND: 404,
  LEASE_LOST: 409,
  INVALID: 422,
  DISK_FULL: 507,
  UNAVAILABLE: 503,
};

/** A worker that sends nothing for so long is gone. */
const silenceMs = 60_000;

/**
 * Answers PUT /artefacts/<run>/<attempt>/<name>: a worker's file of a run, with `authorization: Bearer <worker token>`,
 * `x-collapsar-lease`, `x-collapsar-sha256` and `content-length`. 201 = stored, 5xx = try again later, others = not wanted.
 */
export async function serveUpload(context: ServiceContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = (status: number, text: string) => {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", connection: "close" });
    response.end(text);
    // What is still on its way is thrown away, so that the answer is read rather than a broken line seen.
    request.resume();
  };
  const [, runId, attempt, name] = /^\/artefacts\/([^/]+)\/(\d{1,9})\/([^/]+)$/.exec(pathOf(request)) ?? [];
  if (request.method !== "PUT" || runId === undefined || name === undefined)
    return answer(404, "Files are sent to /artefacts/<run>/<attempt>/<name>.");
  const length = request.headers["content-length"];
  if (length === undefined || !/^\d{1,15}$/.test(length)) return answer(411, "The length of the file must be announced.");
  request.setTimeout(silenceMs, () => request.destroy());
  try {
    const file = {
      runId,
      attempt: Number(attempt),
      name,
      bytes: Number(length),
      token: /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "",
      lease: headerOf(request, "x-collapsar-lease"),
      sha256: headerOf(request, "x-collapsar-sha256"),
    };
    await storeArtefact(context, file, request);
    counters.uploads.inc({ outcome: "stored" });
    counters.uploadedBytes.inc(file.bytes);
    answer(201, "stored");
  } catch (error) {
    counters.uploads.inc({ outcome: "failed" });
    if (request.socket.destroyed) return; // whoever sent has gone
    const { code, message } = describeError(error);
    answer(statuses[code] ?? 500, message);
  }
}

const pathOf = (request: IncomingMessage) => {
  try {
    return decodeURIComponent(new URL(request.url!, "http://server").pathname);
  } catch {
    return "";
  }
};

const headerOf = (request: IncomingMessage, name: string) => String(request.headers[name] ?? "");
