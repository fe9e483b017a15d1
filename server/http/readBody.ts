import type { IncomingMessage, ServerResponse } from "node:http";

const usualBytes = 1_000_000;
/** For whoever has not proved anything yet, and may send slowly from very many connections: a form of the sign-in, a link's token. */
export const strangersBytes = 20_000;

/** @returns null if the body is too large: the request is answered then */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes = usualBytes,
): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) {
      response.writeHead(413, { "content-type": "text/plain", connection: "close" });
      response.end(`A request may have at most ${maxBytes.toLocaleString("en")} bytes.`);
      return null;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
