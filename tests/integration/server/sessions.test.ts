import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { InputOf } from "../../support/client/procedures.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { TestServer } from "../../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
let server: TestServer;
let dataDir: string;
const start = (accessKey: string) => TestServer.start({ dataDir, env: { COLLAPSAR_ACCESS_KEY: accessKey } });
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  await copyFreshDatabase(dataDir);
  server = await start(key);
});
afterAll(async () => {
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** @returns the cookie of a new browser */
async function signIn(given = key, userAgent = firefox): Promise<string> {
  const response = await fetch(`${server.url}/enter`, {
    method: "POST",
    body: new URLSearchParams({ key: given, to: "/workers" }),
    redirect: "manual",
    headers: { "user-agent": userAgent },
  });
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/workers");
  return response.headers.get("set-cookie")!.split(";")[0];
}
const sessions = (cookie: string) => server.call("account.sessions", undefined, { headers: { cookie } });
const end = (cookie: string, input: InputOf<"account.endSessions">) =>
  server.call("account.endSessions", input, { headers: { cookie } });
const isIn = (cookie: string) =>
  sessions(cookie).then(
    () => true,
    () => false,
  );
/** A live page of this browser, and its end. */
async function watch(cookie: string): Promise<{ cut: Promise<string> }> {
  const socket = io(`${server.url}/watch`, {
    extraHeaders: { cookie },
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(null));
    socket.once("connect_error", reject);
  });
  return { cut: new Promise((resolve) => socket.once("disconnect", resolve)) };
}

test("lists the browsers that are signed in, and ends one with its sockets", async () => {
  const [first, second] = [await signIn(), await signIn(key, "curl/8.0")];
  const seen = await sessions(first);
  expect(seen.map(({ browser, current }) => [browser, current])).toEqual(
    expect.arrayContaining([
      ["Firefox on Linux", true],
      ["curl/8.0", false],
    ]),
  );
  expect(JSON.stringify(seen)).not.toContain(second.split("=")[1]);
  const { cut } = await watch(second);
  await end(first, { which: "one", id: seen.find(({ current }) => !current)!.id });
  expect(await cut).toBe("io server disconnect");
  expect(await isIn(second)).toBe(false);
  expect(await isIn(first)).toBe(true);
  await expect(end(first, { which: "one", id: "00000000-0000-4000-8000-000000000000" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("is signed out", async () => {
  const [first, second] = [await signIn(), await signIn()];
  expect(await end(first, { which: "this" })).toEqual({ ended: 1 });
  expect([await isIn(first), await isIn(second)]).toEqual([false, true]);
});

test("ends all others, and all", async () => {
  const [first, second, third] = [await signIn(), await signIn(), await signIn()];
  await end(first, { which: "others" });
  expect([await isIn(first), await isIn(second), await isIn(third)]).toEqual([true, false, false]);
  const { cut } = await watch(first);
  await end(first, { which: "all" });
  expect(await cut).toBe("io server disconnect");
  expect(await isIn(first)).toBe(false);
});

test("outlive a restart, and end with the access key that opened them", async () => {
  const cookie = await signIn();
  await server.stop();
  server = await start(key);
  expect(await isIn(cookie)).toBe(true);
  await server.stop();
  server = await start("pQ4zN8wVb2LtXc6RyJ3mKd7F");
  expect(await isIn(cookie)).toBe(false);
  await server.stop();
  server = await start(key);
  expect(await isIn(cookie)).toBe(false);
});
