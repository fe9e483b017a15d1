import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";

const list = "/trpc/experiments.list?input=%7B%7D";
const keyFile = (server: TestServer) => join(server.dataDir, "access-key");

/** Presses the button of the page behind a link. */
const press = (link: string) => {
  const { origin, searchParams } = new URL(link);
  const body = new URLSearchParams({ key: searchParams.get("key")! });
  return fetch(`${origin}/enter`, { method: "POST", body, redirect: "manual" });
};
const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";

const watch = (server: TestServer, cookie?: string) =>
  new Promise<string>((resolve) => {
    const extraHeaders = cookie ? { cookie } : undefined;
    const socket = io(`${server.url}/watch`, { extraHeaders, transports: ["websocket"], reconnection: false, forceNew: true });
    socket.once("connect", () => {
      resolve("connected");
      socket.disconnect();
    });
    socket.once("connect_error", () => resolve("refused"));
  });

describe("A server on loopback that was given no access key", () => {
  let dataDir: string;
  let server: TestServer;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
    await copyFreshDatabase(dataDir);
    server = await TestServer.start({ dataDir, singleUser: false, localWorker: true });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("refuses other users of the machine, by pages, procedures, exports and sockets", async () => {
    for (const path of ["/", "/new", "/workers", list]) expect((await fetch(server.url + path)).status, path).toBe(401);
    const run = "00000000-0000-4000-8000-000000000000";
    expect((await fetch(`${server.url}/export/runs/${run}.csv`)).status).toBe(404);
    expect(await watch(server)).toBe("refused");
    expect(statSync(keyFile(server)).mode & 0o777).toBe(0o600);
  });

  test("lets one browser in by the printed link, and others by the kept key", async () => {
    expect(server.printedLink).toBe(`${server.url}/enter?key=${new URL(server.printedLink).searchParams.get("key")}`);
    expect(server.output).toContain(`${server.url}/enter takes the access key in ${keyFile(server)}`);
    expect(server.output).not.toContain(server.keptKey);
    const entered = await press(server.printedLink);
    expect(entered.status).toBe(303);
    const cookie = cookieOf(entered);
    expect((await fetch(server.url + list, { headers: { cookie } })).status).toBe(200);
    expect(await watch(server, cookie)).toBe("connected");
    expect((await press(server.printedLink)).status).toBe(401);
    const second = await press(`${server.url}/enter?key=${server.keptKey}`);
    expect(second.status).toBe(303);
    expect((await fetch(server.url + list, { headers: { cookie: cookieOf(second) } })).status).toBe(200);
  });

  test("is served by its own worker", async () => {
    await server.signIn();
    await expect
      .poll(async () => (await server.call("workers.list")).filter((worker) => worker.connected).length, {
        timeout: 60_000,
      })
      .toBe(1);
  });

  test("keeps browsers signed in over a restart, and closes a key that others could read", async () => {
    const { printedLink, keptKey } = server;
    const cookie = await server.signIn();
    await server.stop();
    chmodSync(keyFile(server), 0o644);
    server = await TestServer.start({ dataDir, port: server.port, singleUser: false });
    expect((await fetch(server.url + list, { headers: { cookie } })).status).toBe(200);
    expect(server.keptKey).toBe(keptKey);
    expect(statSync(keyFile(server)).mode & 0o777).toBe(0o600);
    expect((await press(printedLink)).status).toBe(401);
    expect((await press(server.printedLink)).status).toBe(303);
  });

  test("takes no request that a proxy passed on, not even with the cookie", async () => {
    const headers = { cookie: await server.signIn(), "x-forwarded-for": "203.0.113.9" };
    const answer = await fetch(server.url + list, { headers });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("COLLAPSAR_ACCESS_KEY");
  });
});

test("COLLAPSAR_SINGLE_USER=1 lets every local request in, and says so", async () => {
  const server = await TestServer.start({ singleUser: true });
  expect(server.output).toContain(`Collapsar is ready at ${server.url}\nCOLLAPSAR_SINGLE_USER is 1: there is no sign-in`);
  expect((await fetch(server.url + list)).status).toBe(200);
  await server.stop();
});

test("the link and the worker's line of a server on every address work as they are printed", async () => {
  const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
  const server = await TestServer.start({ env: { COLLAPSAR_HOST: "0.0.0.0", COLLAPSAR_ACCESS_KEY: key } });
  const { origin } = new URL(server.printedLink);
  expect(origin).not.toContain("0.0.0.0");
  const entered = await press(server.printedLink);
  expect(entered.status).toBe(303);
  const headers = { cookie: cookieOf(entered) };
  expect((await fetch(origin + list, { headers })).status).toBe(200);

  const { command } = await server.call("workers.createToken", { name: "Ann's  $HOME; echo" }, { headers });
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  const worker = spawn(`${command} --data ${dataDir}`, { shell: true, cwd: projectRoot, stdio: "ignore", detached: true });
  await expect
    .poll(
      async () => (await server.call("workers.list", undefined, { headers })).map(({ connected, name }) => [connected, name]),
      {
        timeout: 60_000,
      },
    )
    .toEqual([[true, "Ann's $HOME; echo"]]);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  process.kill(-worker.pid!, "SIGTERM");
  await ended;
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
