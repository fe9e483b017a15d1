import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessKey } from "../access/accessKey.ts";
import type { Front } from "../access/front.ts";
import { AnswerAllowance } from "../context/answerAllowance.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { holderOf, RequestTurns } from "../http/requestTurns.ts";
import { nameRoute } from "../http/timeRequest.ts";
import { type Authorized, authorize, checkSource } from "./authorize.ts";
import { isFile, isRaw, type Route, Streamed } from "./defineRoute.ts";
import { prefix, RouteTable, readParams } from "./findRoute.ts";
import { answerOnce, RequestDigest, readKey } from "./idempotency.ts";
import { RateLimit } from "./rateLimit.ts";
import { readBody } from "./readBody.ts";
import { readQuery } from "./readQuery.ts";
import { Refusal, refusalOf } from "./refusal.ts";
import { sendJson, sendRefusal, sendStreamed } from "./send.ts";

export interface ApiDoor {
  context: ServiceContext;
  /** null: no sign-in, everyone is the owner. */
  accessKey: AccessKey | null;
  front: Front;
  /** Requests of one token or session in a minute, at this server. */
  requestsPerMinute: number;
  /** See readBody. */
  patienceMs: number;
}

/** Answers everything under /api/v1. */
export function makeApi(door: ApiDoor, routes: readonly Route[]) {
  const table = new RouteTable(routes);
  const limit = new RateLimit(door.requestsPerMinute);
  const refuse = (response: ServerResponse, { message, afterS }: { message: string; afterS: number }) =>
    sendRefusal(response.req, response, tooMany(message, afterS));
  // A long transfer holds no call up.
  const turns = { calls: new RequestTurns({}, refuse), transfers: new RequestTurns({ waiting: 50 }, refuse) };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    checkSource(request, door.front);
    const [path = "", ...rest] = (request.url ?? "").split("?");
    const search = new URLSearchParams(rest.join("?"));
    if (request.method === "OPTIONS") {
      response.writeHead(204, { allow: table.allowed(path), "cache-control": "no-store" });
      return void response.end();
    }
    const { route, params } = table.find(request.method ?? "", path);
    nameRoute(response, prefix + route.path);
    const authorized = await authorize(door.context, door.accessKey, request, search, route.right);
    if (!authorized.person && !authorized.reader) return respond(route, params, search, authorized, request, response);
    const waitS = limit.take(holderOf(authorized.hold));
    if (waitS > 0)
      throw tooMany(
        `More than ${door.requestsPerMinute.toLocaleString("en")} requests a minute came with this link, token or sign-in: try again in ${waitS} s.`,
        waitS,
      );
    const line = isRaw(route.request) || isFile(route.response) ? turns.transfers : turns.calls;
    if (!(await line.wait(authorized.hold, response))) return;
    await respond(route, params, search, authorized, request, response);
  };

  const respond = async (
    route: Route,
    params: Record<string, string>,
    search: URLSearchParams,
    { person, reader }: Authorized,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const [asked, address] = [{ params: readParams(route, params), query: readQuery(route, search) }, request.url ?? ""];
    const key = route.method === "POST" && person !== null ? readKey(request) : null;
    const { body, bytes } = await readBody(route, door.context, request, door.patienceMs);
    const work = (given: unknown, requestId: string) => {
      const call = {
        ...{ services: door.context, person, reader, ...asked, body: given, requestId },
        contentType: request.headers["content-type"] ?? "",
        accept: request.headers.accept ?? "",
        allowance: new AnswerAllowance(),
      };
      return route.handle(call as unknown as Parameters<Route["handle"]>[0]);
    };
    if (key === null || person === null || isFile(route.response)) {
      const result = await work(body, randomUUID());
      if (result instanceof Streamed) return sendStreamed(request, response, route.status, result);
      return sendJson(request, response, route.status, JSON.stringify(result));
    }
    const sum = new RequestDigest(route.method, address);
    if (bytes) sum.add(bytes);
    const stream = bytes ? null : sum.through(body as AsyncIterable<Buffer>);
    const { status, text, replayed } = await answerOnce({ services: door.context, person, key, sum, stream }, async (id) => ({
      status: route.status,
      text: JSON.stringify(await work(stream ?? body, id)),
    }));
    sendJson(request, response, status, text, replayed ? { "idempotent-replayed": "true" } : {});
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await answer(request, response);
    } catch (error) {
      // Whoever asked has hung up: nothing is wrong here.
      if (request.socket.destroyed) return;
      sendRefusal(request, response, refusalOf(error));
    }
  };
}

const tooMany = (message: string, afterS: number) =>
  new Refusal(429, "TOO_MANY_REQUESTS", message, { headers: { "retry-after": String(afterS) } });
