import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WatchConnection } from "../../../app/live/watchConnection.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { measured, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { ask } from "../../support/client/procedureRights.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { Watcher } from "../../support/client/watcher.ts";
import { CookieJar, OidcProvider } from "../../support/processes/oidcProvider.ts";
import { freePort, startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { SpreadingProxy } from "../../support/processes/spreadingProxy.ts";
import { makeFolder, removeFolder, scriptedWorker, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";

describe("Two servers behind a balancer without sticky sessions", () => {
  let postgres: TestPostgres;
  const servers: TestServer[] = [];
  let balancer: SpreadingProxy;
  let provider: OidcProvider;
  let share: string;
  let study: Awaited<ReturnType<typeof launch>>;
  beforeAll(async () => {
    postgres = await startPostgres();
    const ports = [await freePort(), await freePort()];
    balancer = await SpreadingProxy.open(ports);
    provider = await OidcProvider.start([`${balancer.url}/auth/callback/oidc`]);
    const env = {
      ...{ COLLAPSAR_ACCESS_KEY: key, COLLAPSAR_TRUSTED_PROXIES: "127.0.0.0/8", COLLAPSAR_PUBLIC_URL: balancer.url },
      ...provider.env,
    };
    for (const port of ports) servers.push(await TestServer.start({ port, databaseUrl: postgres.url, env }));
    await servers[0].signIn();
    study = await launch(servers[0]);
    share = (await servers[0].call("shares.create", { experimentId: study.id })).token;
  });
  afterAll(async () => {
    await balancer?.close();
    await Promise.all(servers.map((server) => server.stop()));
    await provider?.stop();
    await postgres?.stop();
  });

  test("let pages follow by WebSocket, whichever server each of them got", async () => {
    const runId = study.runs[0].id;
    const { token } = await servers[0].call("workers.createToken", { name: "test" });
    const worker = await RawWorker.connect(servers[0], { token });
    const lease = await worker.nextAssignment(runId);
    await worker.events(lease, numbered([started()]));
    const cookie = await servers[1].signIn();
    const signedIn = await Promise.all(
      Array.from({ length: 6 }, () => Watcher.open(balancer, [{ room: "run", id: runId }], { headers: { cookie } })),
    );
    for (let step = 0; step < 20; step++) await worker.events(lease, numbered([measured(step)], step + 2));
    for (const page of signedIn) {
      await until("all points came", () => page.steps(runId).length === 20, 2_000);
      page.close();
    }
    worker.close();
  });

  test("let a printed link in once, wherever it is opened", async () => {
    const code = new URL(servers[0].printedLink).searchParams.get("key")!;
    const press = () =>
      fetch(`${balancer.url}/enter`, { method: "POST", body: new URLSearchParams({ key: code }), redirect: "manual" });
    const answers = await Promise.all([press(), press(), press(), press()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401]);
  });

  test("count wrong keys by who knocks, not by the balancer, and over both servers", async () => {
    const knock = (from: string) =>
      fetch(`${balancer.url}/enter`, {
        method: "POST",
        body: new URLSearchParams({ key: "wrong" }),
        headers: { "x-forwarded-for": from },
        redirect: "manual",
      });
    for (let i = 0; i < 10; i++) expect((await knock("198.51.100.7")).status).toBe(401);
    expect((await knock("198.51.100.7")).status).toBe(429);
    expect((await knock("198.51.100.7")).status).toBe(429);
    // What it claims to have come through counts for nothing.
    expect((await knock("203.0.113.1, 198.51.100.7")).status).toBe(429);
    expect((await knock("198.51.100.8")).status).toBe(401);
  });

  test("bring a sign-in at the identity provider to its end, wherever it began and wherever the browser comes back to", async () => {
    for (const who of ["grace", "heidi", "ivan"]) {
      const { url } = await servers[0].call("people.invite", { role: "editor" });
      const browser = new CookieJar();
      // An odd request moves the turn on.
      if (who === "heidi") await fetch(`${balancer.url}/livez`);
      await browser.signInAs(who, await browser.open(`${url}/provider`));
      for (const server of servers) {
        const { text } = await ask(server.url, { name: "account.me", isQuery: true }, { cookie: browser.header(balancer.url) });
        expect(JSON.parse(text).result.data).toMatchObject({ name: `${who} of the lab`, role: "editor" });
      }
    }
  });

  test("refuse a third that would sign people in by another key", async () => {
    const other = { COLLAPSAR_ACCESS_KEY: "aN0ther3keyOf24Letters7q" };
    await expect(TestServer.start({ databaseUrl: postgres.url, env: other })).rejects.toThrow(
      /Another server of this database \(process \d+ on .*\) has a different access key: give all servers the same COLLAPSAR_ACCESS_KEY/,
    );
  });

  test("end polling clearly, rather than let it hang", async () => {
    const socket = io(`${balancer.url}/watch`, {
      ...{ transports: ["polling"], query: { share }, reconnection: false, forceNew: true },
    });
    const told = await new Promise<{ status: unknown; text: string }>((resolve) => {
      const ended = (error: { description?: unknown; context?: { responseText?: string } }) =>
        resolve({ status: error.description, text: error.context?.responseText ?? "" });
      socket.once("connect_error", (error) => ended(error as never));
      socket.once("disconnect", (_reason, details) => ended(details as never));
    });
    expect(told).toEqual({ status: 400, text: '{"code":1,"message":"Session ID unknown"}' });
    socket.disconnect();
  });

  test("let a page that fell back to polling return to WebSocket once that is let through", async () => {
    balancer.blocksUpgrades = true;
    const items: WatchItem[] = [];
    let joined = 0;
    const times = { connectMs: 2_000, retryMs: 50, maxRetryMs: 100 };
    const connection = new WatchConnection(share, balancer.url, times);
    connection.watch(
      { room: "experiment", id: study.id },
      {
        onJoined: () => joined++,
        onBatch: (batch) => items.push(...batch.items),
        onLost: () => undefined,
        onRefused: () => undefined,
        onPolling: () => undefined,
      },
    );
    // It tries one way and the other, and stays with neither.
    await until("WebSocket was tried again and again", () => balancer.refused >= 3);
    expect(joined).toBe(0);
    balancer.blocksUpgrades = false;
    await until("it has joined", () => joined > 0);
    await servers[0].call("experiments.cancel", { id: study.id });
    await until("it hears", () => items.some(({ kind }) => kind === "run"));
    connection.close();
  });

  test("let a worker that fell back to polling return to WebSocket once that is let through", async () => {
    balancer.blocksUpgrades = true;
    const refused = balancer.refused;
    const { token } = await servers[0].call("workers.createToken", { name: "falls back" });
    const folder = makeFolder();
    const worker = new WorkerProcess(scriptedWorker, folder, balancer.url, token);
    try {
      await until("WebSocket was tried again and again", () => balancer.refused >= refused + 3, 60_000);
      expect(worker.output).not.toContain("Connected to");
      balancer.blocksUpgrades = false;
      await until("it is connected", () => worker.output.includes("Connected to"), 30_000);
    } finally {
      balancer.blocksUpgrades = false;
      await worker.stop();
      removeFolder(folder);
    }
  });
});
