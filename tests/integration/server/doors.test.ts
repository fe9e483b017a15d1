import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { TestServer } from "../../support/processes/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

/** What the server answers to bytes as they are, until it hangs up or is silent. */
function speak(text: string, { waitMs = 1_000 } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const line = connect(server.port, "127.0.0.1", () => line.write(text));
    let heard = "";
    line.on("data", (data) => {
      heard += data.toString("latin1");
    });
    line.on("error", reject);
    line.on("close", () => resolve(heard));
    line.setTimeout(waitMs, () => line.destroy());
  });
}

const disconnected = (socket: Socket) => new Promise<string>((resolve) => socket.once("disconnect", resolve));

async function watcher(): Promise<Socket> {
  const socket = io(`${server.url}/watch`, { transports: ["websocket"], reconnection: false, forceNew: true });
  await new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(null));
    socket.once("connect_error", reject);
  });
  return socket;
}

describe("A server without an access key", () => {
  test("does not serve what a proxy passes on", async () => {
    const answer = await speak(
      "GET /trpc/workers.list HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain("COLLAPSAR_ACCESS_KEY");
    const socket = io(`${server.url}/watch`, {
      transports: ["websocket"],
      reconnection: false,
      extraHeaders: { "x-forwarded-for": "203.0.113.9" },
    });
    await expect(new Promise((_, reject) => socket.once("connect_error", reject))).rejects.toThrow();
    socket.disconnect();
  });

  test("answers odd requests without a stack trace, and keeps running", async () => {
    const before = server.output.length;
    const close = "Host: 127.0.0.1\r\nConnection: close\r\n\r\n";
    expect(await speak(`OPTIONS * HTTP/1.1\r\n${close}`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await speak(`GET http://evil.example/ HTTP/1.1\r\n${close}`)).toMatch(/^HTTP\/1\.1 400 /);
    for (const path of ["/%", "/%zz", "/%c0%af", "/e/%E0%A4%A", "/trpc/%", "/export/runs/%.csv"])
      expect(await speak(`GET ${path} HTTP/1.1\r\n${close}`), path).toMatch(/^HTTP\/1\.1 4\d\d /);
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]) {
      const answer = await speak(`${method} /workers HTTP/1.1\r\n${close}`);
      expect(answer, method).toMatch(/^HTTP\/1\.1 405 /);
      expect(answer, method).toMatch(/allow: GET, HEAD/i);
    }
    expect(await speak(`DELETE /trpc/workers.list HTTP/1.1\r\n${close}`)).toMatch(/^HTTP\/1\.1 405 /);
    // An upload that breaks off half-way.
    await speak(`POST /trpc/experiments.launch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{"name"`, {
      waitMs: 300,
    });
    await speak(
      `PUT /artefacts/${"0".repeat(8)}/1/features.safetensors HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nx`,
      {
        waitMs: 300,
      },
    );
    // Without a Host nobody knows whom it is for.
    expect(await speak("GET /healthz HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 403 /);
    // As nginx passes requests on without being told anything.
    for (const path of ["/healthz", "/trpc/workers.list", "/socket.io/?EIO=4&transport=polling"])
      expect(await speak(`GET ${path} HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`), path).toMatch(
        /^HTTP\/1\.1 403 .*This request came by HTTP\/1\.0, as from a proxy.*COLLAPSAR_ACCESS_KEY/s,
      );
    const pipelined = await speak("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n\x00\xff garbage\r\n\r\n");
    expect(pipelined).toMatch(/^HTTP\/1\.1 (200|400) /);
    for (const path of ["/socket.io/", "/socket.io/?EIO=4&transport=polling&sid=%", "/socket.io/?EIO=99&transport=x"])
      expect(await speak(`OPTIONS ${path} HTTP/1.1\r\n${close}`), path).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(server.output.slice(before)).not.toMatch(/\n\s+at |Error:/);
  });

  test("bounds the calls of one batch", async () => {
    const batch = (calls: number) => fetch(`${server.url}/trpc/${Array(calls).fill("workers.list").join(",")}?batch=1`);
    expect((await batch(20)).status).toBe(200);
    const refused = await batch(21);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toBe("A batch holds 21 calls: it may hold at most 20.");
    for (const comma of ["%2C", "%2c"]) {
      const encoded = await fetch(`${server.url}/trpc/${Array(21).fill("workers.list").join(comma)}?batch=1`);
      expect({ status: encoded.status, text: await encoded.text() }).toEqual({
        status: 400,
        text: "A batch holds 21 calls: it may hold at most 20.",
      });
    }
  });
});

describe("Sockets", () => {
  test("serve nothing at the root", async () => {
    const socket = io(server.url, { transports: ["websocket"], reconnection: false, forceNew: true });
    await expect(new Promise((_, reject) => socket.once("connect_error", reject))).rejects.toMatchObject({
      data: { code: "NOT_FOUND" },
    });
    socket.disconnect();
    const polled = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect(polled.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("are cut when they send binary, or announce it and never send it", async () => {
    const binary = await watcher();
    const cut = disconnected(binary);
    binary.emit("watch", { room: "experiments", bytes: Buffer.alloc(1_000) });
    await cut;
    const announcing = await watcher();
    const cutToo = disconnected(announcing);
    announcing.io.engine.write('59-/watch,["watch",{"_placeholder":true,"num":0}]');
    await cutToo;
  });

  test("take short messages from pages, and long ones from workers alone", async () => {
    const page = await watcher();
    const cut = disconnected(page);
    page.emit("watch", { room: "experiments", text: "x".repeat(25_000) });
    await cut;
    const worker = await RawWorker.connect(server);
    const answer = await worker.ask<{ ok: boolean }>("events", { text: "x".repeat(3_000_000) });
    expect(answer.ok).toBe(false);
    expect(worker.socket.connected).toBe(true);
    worker.close();
  });

  test("of a revoked token are cut before they say hello", async () => {
    const token = await makeToken(server);
    const worker = new RawWorker(server.url, token);
    await worker.connected();
    const cut = disconnected(worker.socket);
    const tokens = await server.call("workers.tokens");
    for (const { id, revokedAt } of tokens) if (revokedAt === null) await server.call("workers.revokeToken", { id });
    expect(await cut).toBe("io server disconnect");
    const again = new RawWorker(server.url, token);
    await expect(again.connected()).rejects.toThrow("websocket error");
  });

  test("without a hello are cut after ten seconds", async () => {
    const worker = new RawWorker(server.url, await makeToken(server));
    await worker.connected();
    expect(await disconnected(worker.socket)).toBe("io server disconnect");
  });

  test("speak for one worker each", async () => {
    const worker = new RawWorker(server.url, await makeToken(server));
    await worker.connected();
    expect((await worker.hello({ slots: 2 })).ok).toBe(true);
    expect((await worker.hello({ slots: 2 })).ok).toBe(true);
    const cut = disconnected(worker.socket);
    const ghost = "00000000-0000-4000-8000-00000000dead";
    expect(await worker.hello({ slots: 1_024, workerId: ghost })).toMatchObject({ ok: false, code: "NOT_ALLOWED" });
    await cut;
    const known = await server.call("workers.list");
    expect(known.map(({ id }) => id)).toContain(worker.id);
    expect(known.map(({ id }) => id)).not.toContain(ghost);
  });
});

test("closes a database folder that others could write to", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  await copyFreshDatabase(dataDir);
  chmodSync(join(dataDir, "database"), 0o777);
  const other = await TestServer.start({ dataDir });
  expect(statSync(join(dataDir, "database")).mode & 0o777).toBe(0o700);
  await other.stop();
  rmSync(dataDir, { recursive: true });
});
