import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { AnyTRPCRouter } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Failure } from "../../contract/failure.ts";
import type { AccessKey } from "../access/accessKey.ts";
import { findAccess } from "../access/findAccess.ts";
import { clientAddress, type Front } from "../access/front.ts";
import { AnswerAllowance } from "../context/answerAllowance.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { comesAgain, failureOf } from "../failures/describeError.ts";
import { answerText } from "../http/answerText.ts";
import { readBody, strangersBytes } from "../http/readBody.ts";
import type { RequestTurns } from "../http/requestTurns.ts";

const compress = promisify(gzip);
const worthCompressing = 4_096;
/** Calls in one batch; the pages send at most this many. */
const maxCalls = 20;

/** Answers the procedures under /trpc. */
export async function serveProcedures(
  context: ServiceContext,
  { accessKey, front }: { accessKey: AccessKey | null; front: Front },
  router: AnyTRPCRouter,
  turns: RequestTurns,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // The path is decoded before it is split: a comma may come as %2C.
  const calls = decodeURIComponent(new URL(request.url!, "http://server").pathname).split(",").length;
  if (calls > maxCalls) return answerText(response, 400, `A batch holds ${calls} calls: it may hold at most ${maxCalls}.`);
  const header = request.headers["x-share-token"];
  const share = Array.isArray(header) ? header.join() : header;
  const found = await findAccess(context.database.orm, accessKey, request.headers, share).catch((error: unknown) => {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failure;
  });
  if (found instanceof Failure) return answerAway(response, found);
  const { access, hold } = found;
  const isStranger = access.kind === "nobody" || access.kind === "refused";
  const body = request.method === "POST" ? await readBody(request, response, isStranger ? strangersBytes : undefined) : undefined;
  if (body === null) return;
  if (!isStranger && !(await turns.wait(hold, response))) return;
  const allowance = new AnswerAllowance();
  const answer = await fetchRequestHandler({
    endpoint: "/trpc",
    req: new Request(new URL(request.url!, "http://server"), {
      method: request.method,
      headers: { "content-type": request.headers["content-type"] ?? "", "trpc-accept": "application/json" },
      body: body && new Uint8Array(body),
    }),
    router,
    createContext: () => ({ access, services: context, allowance }),
    allowBatching: true,
    allowMethodOverride: true,
  });
  let text: Buffer = Buffer.from(await answer.arrayBuffer());
  response.statusCode = answer.status;
  if (answer.status === 503) response.setHeader("retry-after", comesAgain.UNAVAILABLE!.afterS);
  response.setHeader("content-type", "application/json");
  response.setHeader("cache-control", "no-store");
  if (
    text.length > worthCompressing &&
    isFarAway(front, request) &&
    /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))
  ) {
    text = await compress(text, { level: 3 });
    response.setHeader("content-encoding", "gzip");
  }
  response.end(text);
}

/** While the database does not say who asks: in the form of a procedure's refusal, which the pages read. */
function answerAway(response: ServerResponse, { code, message }: Failure): void {
  const data = { code: "SERVICE_UNAVAILABLE", httpStatus: 503, failure: { code, message } };
  response.writeHead(503, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "retry-after": String(comesAgain[code]?.afterS ?? 5),
  });
  response.end(JSON.stringify({ error: { message, code: -32603, data } }));
}

/** On the same machine bytes cost less than their compression. */
function isFarAway(front: Front, request: IncomingMessage): boolean {
  return !/^(127\.|::1$|::ffff:127\.)/.test(clientAddress(front, request));
}
