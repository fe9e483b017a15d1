import { once } from "node:events";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Hold } from "../../../../server/access/access.ts";
import { RequestTurns } from "../../../../server/http/requestTurns.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const link: Hold = { by: [{ kind: "share", id: "a" }], until: null };
const otherLink: Hold = { by: [{ kind: "share", id: "b" }], until: null };
const settled = () => new Promise((resolve) => setTimeout(resolve, 100));

/** A server whose answers wait until they are let go, in the order in which their turn came. */
async function open(bounds: { atOnce: number; waiting: number }) {
  const turns = new RequestTurns(bounds);
  const working: { path: string; answer: () => void }[] = [];
  server = createServer(async (request, response) => {
    if (await turns.wait(request.url!.startsWith("/b") ? otherLink : link, response))
      working.push({ path: request.url!, answer: () => response.end("done") });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask = (path: string) => {
    const request = get({ port, path, agent: false });
    request.on("error", () => undefined);
    const status = new Promise<{ status: number; retryAfter: string | undefined }>((resolve) =>
      request.once("response", (response) => {
        response.resume();
        resolve({ status: response.statusCode!, retryAfter: response.headers["retry-after"] });
      }),
    );
    return { request, status };
  };
  return { ask, working };
}

describe("RequestTurns", () => {
  test("works on a few requests of one link at once, lets more wait, and tells the rest to come again", async () => {
    const { ask, working } = await open({ atOnce: 2, waiting: 3 });
    const asked = [];
    for (let i = 0; i < 7; i++) {
      asked.push(ask(`/a${i}`));
      await settled();
    }
    expect(working.map(({ path }) => path)).toEqual(["/a0", "/a1"]);
    for (const late of asked.slice(5)) expect(await late.status).toEqual({ status: 429, retryAfter: "5" });
    const elsewhere = ask("/b0");
    await settled();
    expect(working.map(({ path }) => path)).toEqual(["/a0", "/a1", "/b0"]);
    for (let i = 0; i < working.length; i++) {
      working[i].answer();
      await settled();
    }
    expect(working.map(({ path }) => path)).toEqual(["/a0", "/a1", "/b0", "/a2", "/a3", "/a4"]);
    for (const { status } of [...asked.slice(0, 5), elsewhere]) expect((await status).status).toBe(200);
  });

  test("gives the turn of whoever has gone to the next", async () => {
    const { ask, working } = await open({ atOnce: 1, waiting: 3 });
    const [first, second, third] = [ask("/a0"), await settled().then(() => ask("/a1")), await settled().then(() => ask("/a2"))];
    await settled();
    second.request.destroy();
    await settled();
    first.request.destroy();
    await settled();
    expect(working.map(({ path }) => path)).toEqual(["/a0", "/a2"]);
    working[1].answer();
    expect((await third.status).status).toBe(200);
  });
});
