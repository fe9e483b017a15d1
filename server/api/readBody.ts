import type { IncomingMessage } from "node:http";
import type { ServiceContext } from "../context/serviceContext.ts";
import { isRaw, type RawBody, type Route } from "./defineRoute.ts";
import { invalid, Refusal } from "./refusal.ts";

/** Levels of a JSON body; no schema has half as many. */
const maxDepth = 64;
/** Values of a JSON body: a full request of events has some 600,000. Each takes a hundred times the bytes that it came in. */
const maxValues = 1_000_000;

const bytesText = (bytes: number) => `${bytes.toLocaleString("en")} bytes`;
const tooLarge = (maxBytes: number) =>
  new Refusal(413, "TOO_LARGE", `The body of this request may have at most ${bytesText(maxBytes)}.`);

const mediaType = (request: IncomingMessage): string =>
  (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** @throws Refusal 415, 413 as far as the headers tell */
function checkHeaders(request: IncomingMessage, contentTypes: readonly string[], maxBytes: number): void {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding.trim().toLowerCase() !== "identity")
    throw new Refusal(
      415,
      "UNSUPPORTED_TYPE",
      `A body with content-encoding "${encoding.slice(0, 40)}" is not read: send it as it is.`,
    );
  const given = mediaType(request);
  if (!contentTypes.includes(given))
    throw new Refusal(
      415,
      "UNSUPPORTED_TYPE",
      `The content-type is ${given === "" ? "missing" : `"${given.slice(0, 80)}"`}: this address takes ${contentTypes.join(", ")}.`,
    );
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new Refusal(415, "UNSUPPORTED_TYPE", `The charset is "${charset.slice(0, 40)}": send UTF-8.`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/** A body as it comes, cut off where it is too large. The line stays open for the answer, however much is still on its way. */
async function* capped(request: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    yield part;
  }
}

/** @throws Refusal 413, or 408 if it does not arrive in time */
async function readWhole(request: IncomingMessage, maxBytes: number, patienceMs: number): Promise<Buffer> {
  const read = async () => {
    const parts: Buffer[] = [];
    for await (const part of capped(request, maxBytes)) parts.push(part);
    return Buffer.concat(parts);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `The body of this request did not arrive within ${patienceMs / 1_000} seconds.`;
    timer = setTimeout(() => reject(new Refusal(408, "TIMED_OUT", message)), patienceMs);
  });
  const whole = read();
  whole.catch(() => undefined);
  return Promise.race([whole, late]).finally(() => clearTimeout(timer));
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openers, closers] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** What would take memory and time out of proportion is refused before it is parsed. @throws Refusal 400 */
function checkShape(bytes: Buffer): void {
  let [depth, values] = [0, 1];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === quote) {
      for (at++; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
    } else if (byte === comma) values++;
    else if (openers.has(byte)) {
      depth++;
      values++;
    } else if (closers.has(byte)) depth--;
    if (depth > maxDepth) throw new Refusal(400, "INVALID", `The body is nested deeper than ${maxDepth} levels.`);
    if (values > maxValues)
      throw new Refusal(400, "INVALID", `The body has more than ${maxValues.toLocaleString("en")} values: send it in parts.`);
  }
}

/** @throws Refusal 400 for what is no JSON, too deep, of too many values, or names a key that no object should have */
export function parseJson(bytes: Buffer): unknown {
  checkShape(bytes);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, "INVALID", "The body of this request is not valid JSON in UTF-8.");
  }
  const open: unknown[] = [value];
  while (open.length > 0) {
    const item = open.pop();
    if (typeof item !== "object" || item === null) continue;
    if (Object.hasOwn(item, "__proto__"))
      throw new Refusal(400, "INVALID", 'The body has the key "__proto__", which no part of it may have.');
    for (const part of Object.values(item)) open.push(part);
  }
  return value;
}

/**
 * What a route is given of the body, and the bytes that it was read from; those of a raw one are not held.
 * @param patienceMs a JSON body that takes longer to arrive is given up, and a raw one that stands still for so long
 * @throws Refusal 400, 408, 413, 415
 */
export async function readBody(
  route: Route,
  services: ServiceContext,
  request: IncomingMessage,
  patienceMs: number,
): Promise<{ body: unknown; bytes: Buffer | null }> {
  if (isRaw(route.request)) return { body: readRaw(route.request, services, request, patienceMs), bytes: null };
  if (!hasBody(request)) {
    if (route.request === null) return { body: undefined, bytes: Buffer.alloc(0) };
    const empty = route.request.safeParse({});
    if (!empty.success) throw new Refusal(400, "INVALID", "This request needs a body of JSON.", { issues: [] });
    return { body: empty.data, bytes: Buffer.alloc(0) };
  }
  checkHeaders(request, ["application/json"], route.maxBytes);
  const bytes = await readWhole(request, route.maxBytes, patienceMs);
  const value = parseJson(bytes);
  if (route.request === null) {
    if (typeof value !== "object" || value === null || Object.keys(value).length > 0)
      throw new Refusal(400, "INVALID", "This request takes no body.");
    return { body: undefined, bytes };
  }
  const { data, error } = route.request.safeParse(value);
  if (error) throw invalid(error.issues);
  return { body: data, bytes };
}

function readRaw(raw: RawBody, services: ServiceContext, request: IncomingMessage, patienceMs: number): AsyncGenerator<Buffer> {
  const maxBytes = typeof raw.maxBytes === "number" ? raw.maxBytes : raw.maxBytes(services);
  checkHeaders(request, raw.contentTypes, maxBytes);
  request.setTimeout(patienceMs, () => request.destroy());
  return capped(request, maxBytes);
}
