import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServerLink } from "../../../workers/agent/wire/serverLink.ts";
import { WorkerToken } from "../../../workers/agent/wire/workerToken.ts";
import { logged, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";

type Transport = "websocket" | "polling";
interface Knock {
  namespace: string;
  transport: Transport;
  share?: string;
  headers?: Record<string, string>;
  auth?: object;
}

/** Knocks with Socket.IO's own client. @returns what came of it, and the socket if it was let in */
function knock(url: string, { namespace, transport, share, headers, auth }: Knock): Promise<{ told: string; socket: Socket }> {
  const socket = io(url + namespace, {
    ...{ auth, extraHeaders: headers, transports: [transport], reconnection: false, forceNew: true },
    query: share === undefined ? {} : { share },
  });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve({ told: "connected", socket }));
    socket.once("connect_error", (error: Error & { description?: unknown; context?: { responseText?: string } }) => {
      const told = error.context?.responseText ?? (error.description as { message?: string })?.message ?? error.message;
      resolve({ told, socket });
    });
  });
}

/** Sends bytes as they are, and waits until the server hangs up. */
function speak(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const line = connect(port, "127.0.0.1", () => line.write(text));
    let heard = "";
    line.setEncoding("latin1").on("data", (part) => {
      heard += part;
    });
    line.once("error", reject);
    line.once("close", () => resolve(heard));
  });
}

const residentMb = (pid: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1000;

const upgrade = (query = "") =>
  `GET /socket.io/?EIO=4&transport=websocket${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const poll = (query = "") =>
  `GET /socket.io/?EIO=4&transport=polling${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`;

describe("A stranger at the sockets", () => {
  let server: TestServer;
  let cookie: string;
  let share: { id: string; token: string };
  let workerToken: string;
  beforeAll(async () => {
    server = await TestServer.start({ singleUser: false });
    cookie = await server.signIn();
    const { id } = await launch(server);
    share = await server.call("shares.create", { experimentId: id });
    workerToken = await makeToken(server);
  });
  afterAll(() => server?.stop());

  test.each(["websocket", "polling"] as const)("gets no session by %s, whatever it says it has", async (transport) => {
    const words = transport === "polling" ? /"message":"(Sign in first|This link is invalid|This token is unknown)/ : /400/;
    const nothing: Partial<Knock>[] = [
      {},
      { share: "forged" },
      { share: "" },
      { share: "x".repeat(3_000) },
      { headers: { authorization: "Bearer forged" } },
      { headers: { authorization: `Basic ${workerToken}` } },
      { headers: { cookie: "collapsar=forged" } },
      { headers: { cookie }, share: "forged", namespace: "/watch" },
      // What comes after the handshake is not waited for.
      { auth: { token: workerToken } },
      { auth: { share: share.token } },
    ];
    for (const namespace of ["/watch", "/worker", "/"])
      for (const claim of nothing) {
        const { told, socket } = await knock(server.url, { transport, namespace, ...claim });
        socket.disconnect();
        expect(told, JSON.stringify(claim)).toMatch(words);
      }
  });

  test.each(["websocket", "polling"] as const)("gets in by %s with a cookie, a link or a worker's token", async (transport) => {
    const shown: Omit<Knock, "transport">[] = [
      { namespace: "/watch", headers: { cookie } },
      { namespace: "/watch", share: share.token },
      { namespace: "/worker", headers: { authorization: `Bearer ${workerToken}` } },
    ];
    for (const one of shown) {
      const { told, socket } = await knock(server.url, { transport, ...one });
      socket.disconnect();
      expect(told).toBe("connected");
    }
    // A link opens no worker's door, a token no page's, and neither opens the root.
    const elsewhere: Omit<Knock, "transport">[] = [
      { namespace: "/worker", share: share.token },
      { namespace: "/watch", headers: { authorization: `Bearer ${workerToken}` } },
      { namespace: "/", headers: { cookie } },
    ];
    for (const one of elsewhere) {
      const { told, socket } = await knock(server.url, { transport, ...one });
      socket.disconnect();
      expect(told).not.toBe("connected");
    }
  });

  test("leaves neither connections nor memory behind, 3,000 times", async () => {
    const polling = {
      request: poll("&share=forged"),
      status: /^HTTP\/1\.1 403 /,
      headers: "x-content-type-options: nosniff",
    };
    const upgrading = { request: upgrade(), status: /^HTTP\/1\.1 400 /, headers: "connection: close" };
    const knocks = async (count: number) => {
      for (let i = 0; i < count; i += 50)
        await Promise.all(
          Array.from({ length: 50 }, async (_, j) => {
            const { request, status, headers } = j % 2 === 0 ? polling : upgrading;
            const answer = await speak(server.port, request);
            expect(answer).toMatch(status);
            expect(answer).not.toContain('"sid"');
            expect(answer.toLowerCase()).toContain(headers);
          }),
        );
    };
    await knocks(500);
    const before = residentMb(server.pid);
    await knocks(3_000);
    expect(residentMb(server.pid) - before).toBeLessThan(60);
  });

  test("hears the reason as a worker, asks again now and then, and is let in without being started again", async () => {
    const { token, id } = await revocable();
    await server.call("workers.revokeToken", { id });
    const refused = await new Promise<string[]>((resolve) => {
      const link = new ServerLink(server.url, new WorkerToken(token, null), {
        ...({} as ConstructorParameters<typeof ServerLink>[2]),
        down: () => undefined,
        refused: (code, message) => {
          link.close();
          resolve([code, message]);
        },
      });
      link.open();
    });
    expect(refused).toEqual([
      "NOT_ALLOWED",
      "This token is unknown, has expired or has been revoked: create one on the Workers page.",
    ]);
  });

  async function revocable(): Promise<{ token: string; id: string }> {
    const { token } = await server.call("workers.createToken", { name: "revocable" });
    const tokens = await server.call("workers.tokens");
    return { token, id: tokens.find(({ name }) => name === "revocable")!.id };
  }
});

describe("Connections are bounded", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { COLLAPSAR_CONNECTIONS_PER_ADDRESS: "20", COLLAPSAR_UNREAD_MB: "1" } });
  });
  afterAll(() => server?.stop());
  const watcher = () => knock(server.url, { namespace: "/watch", transport: "websocket" });

  test("by address: one too many is cut, and one that leaves makes room", async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, watcher));
    expect(sockets.map(({ told }) => told)).toEqual(Array(20).fill("connected"));
    const tooMany = await watcher();
    expect(tooMany.told).toContain("400");
    const byPolling = await knock(server.url, { namespace: "/watch", transport: "polling" });
    expect(byPolling.told).toContain("20 connections from this address are open, which is the limit.");
    expect(sockets.every(({ socket }) => socket.connected)).toBe(true);
    sockets[0].socket.disconnect();
    await expect
      .poll(
        async () => {
          const again = await watcher();
          sockets.push(again);
          return again.told;
        },
        { timeout: 60_000 },
      )
      .toBe("connected");
    for (const { socket } of sockets) socket.disconnect();
  });

  test("by what is waiting: a reader that never reads is cut off, the others continue", async () => {
    const { runs } = await launch(server);
    const worker = await RawWorker.connect(server);
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));

    const deaf = connect(server.port, "127.0.0.1");
    let opened = "";
    deaf.setEncoding("latin1").on("data", (part) => {
      opened += part;
    });
    let broken = false;
    deaf.on("error", () => {
      broken = true;
    });
    deaf.write(upgrade());
    await expect.poll(() => opened).toContain("101 Switching Protocols");
    deaf.write(frame("40/watch,"));
    await expect.poll(() => opened).toContain('40/watch,{"sid"');
    deaf.write(frame(`42/watch,0["watch",{"room":"run","id":"${runs[0].id}"}]`));
    await expect.poll(() => opened).toContain('43/watch,0[{"ok":true}]');
    deaf.pause();

    const { socket: reader } = await watcher();
    let heard = 0;
    reader.on("batch", () => heard++);
    await reader.emitWithAck("watch", { room: "run", id: runs[0].id });
    // The kernel's buffers take some MB before the server notices.
    const lines = Array.from({ length: 200 }, () => logged("x".repeat(2_000)));
    for (let batch = 0; batch < 50; batch++) expect((await worker.events(lease, numbered(lines, 2 + batch * 200))).ok).toBe(true);
    // It reads nothing, so what it writes tells it of its end.
    await expect
      .poll(
        () => {
          if (!broken) deaf.write(frame("3"));
          return broken;
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(true);
    expect(opened.length).toBeLessThan(50 * 200 * 2_000);
    expect(reader.connected).toBe(true);
    expect(heard).toBeGreaterThan(5);
    reader.disconnect();
    worker.close();
  });
});

/** A short text as a masked WebSocket frame of a client; the mask is 0. */
function frame(text: string): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]);
}
