import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ApiError } from "../../contract/api/apiError.ts";
import { attachment } from "../http/serveExport.ts";
import type { Streamed } from "./defineRoute.ts";
import { hasBody } from "./readBody.ts";
import type { Refusal } from "./refusal.ts";

/** What is still on its way of a body is thrown away for so long, so that the answer is read rather than a broken line seen, ms. */
const drainMs = 5_000;

export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.from(text);
  if (!request.complete && hasBody(request)) {
    response.setHeader("connection", "close");
    request.resume();
    const { socket } = request;
    response.once("finish", () => setTimeout(() => socket.destroy(), drainMs).unref());
  }
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
    "cache-control": "no-store",
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

export function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, code, message, issues, headers } = refusal;
  if (response.headersSent) return void response.destroy();
  const answer: ApiError = { error: { code, message, ...(issues && issues.length > 0 && { issues }) } };
  sendJson(request, response, status, JSON.stringify(answer), headers);
}

export async function sendStreamed(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  file: Streamed,
): Promise<void> {
  response.writeHead(status, {
    "content-type": file.contentType,
    ...(file.name && { "content-disposition": attachment(file.name.base, file.name.ending) }),
    "cache-control": "no-store",
    ...file.headers,
  });
  if (request.method === "HEAD") return void response.end();
  try {
    await pipeline(Readable.from(file.content), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}
