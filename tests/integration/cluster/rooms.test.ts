import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { Watcher } from "../../support/client/watcher.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { hasRedis, TestRedis } from "../../support/processes/redis.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

/** What a page at another server may wait for what is stored. */
const followMs = 2_000;
const upTo = (last: number) => Array.from({ length: last + 1 }, (_, step) => step);
const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";

if (!hasRedis)
  console.warn("Rooms by Redis are not tested: this machine has no redis-server (Debian: apt-get install redis-server).");

describe.each(["Postgres", ...(hasRedis ? ["Redis"] : [])])("Pages at one server, workers at another, by %s", (carrier) => {
  let postgres: TestPostgres;
  let redis: TestRedis | null = null;
  let a: TestServer;
  let b: TestServer;
  const env = () => ({
    COLLAPSAR_ACCESS_KEY: key,
    COLLAPSAR_HEARTBEAT_MS: "500",
    COLLAPSAR_LEASE_MS: "8000",
    ...(redis && { REDIS_URL: redis.url }),
  });
  beforeAll(async () => {
    postgres = await startPostgres();
    if (carrier === "Redis") redis = await TestRedis.start();
    a = await TestServer.start({ databaseUrl: postgres.url, env: env() });
    b = await TestServer.start({ databaseUrl: postgres.url, env: env() });
    // A browser that signed in at one is signed in at the other.
    const cookie = await a.signIn();
    expect(await b.signIn()).not.toBe(cookie);
    expect((await fetch(`${b.url}/trpc/experiments.list?input=%7B%7D`, { headers: { cookie } })).status).toBe(200);
  });
  afterAll(async () => {
    await Promise.all([a?.stop(), b?.stop()]);
    await redis?.kill();
    await postgres?.stop();
  });

  const signedIn = async (server: TestServer) => ({ headers: { cookie: await server.signIn() } });

  const begun: { id: string; worker: RawWorker }[] = [];
  // What is left of one test's runs must not take the next one's workers.
  afterEach(async () => {
    await a.signIn();
    for (const { id, worker } of begun.splice(0)) {
      await a.call("experiments.cancel", { id });
      worker.close();
    }
  });

  /** A run that a worker at `server` has begun: its only slot is taken, so that the next run goes to the next worker. */
  async function begin(server: TestServer) {
    const { id, runs } = await launch(server);
    const worker = await RawWorker.connect(server);
    begun.push({ id, worker });
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    let step = -1;
    const measure = async () => {
      step++;
      expect(await worker.events(lease, numbered([measured(step)], step + 2))).toMatchObject({ ok: true });
    };
    const end = async () => {
      await worker.events(lease, numbered([finished()], step + 3));
      worker.close();
    };
    return { id, runId: runs[0].id, lease, worker, measure, end, last: () => step };
  }
  const stored = async (server: TestServer, runId: string) =>
    (await server.call("runs.series", { id: runId, keys: ["train/loss"] }))[0]?.steps ?? [];

  test("follow within two seconds, and miss nothing that is stored", async () => {
    const run = await begin(b);
    const access = await signedIn(a);
    const page = await Watcher.open(a, [{ room: "experiment", id: run.id }], access);
    const lists = await Watcher.open(a, [{ room: "experiments" }, { room: "workers" }], access);
    for (let i = 0; i < 100; i++) await run.measure();
    await until("the last point came", () => page.steps(run.runId).at(-1) === 99, followMs);
    await until("all came", () => page.steps(run.runId).length === 100, followMs);
    expect(page.steps(run.runId)).toEqual(upTo(99));
    expect(await stored(a, run.runId)).toEqual(upTo(99));
    await run.end();
    const statuses = () =>
      page.items.flatMap((item) => (item.kind === "run" && item.row.id === run.runId ? [item.row.status] : []));
    await until("it is told finished", () => statuses().at(-1) === "finished", followMs);
    await until("the lists changed", () => lists.items.some((item) => item.kind === "changed" && item.list === "experiments"));
    page.close();
    lists.close();
  });

  test("join while points come: what they read then and what they hear is all of it", async () => {
    const run = await begin(b);
    const access = await signedIn(a);
    let firing = true;
    const fire = (async () => {
      while (firing) await run.measure();
    })();
    const pages = await Promise.all(
      upTo(7).map(async (n) => {
        await new Promise((resolve) => setTimeout(resolve, n * 150));
        const page = await Watcher.open(a, [{ room: "run", id: run.runId }], access);
        // Joined first, read then.
        return { page, read: await stored(a, run.runId) };
      }),
    );
    firing = false;
    await fire;
    const last = run.last();
    for (const { page, read } of pages) {
      const all = () => [...new Set([...read, ...page.steps(run.runId)])].sort((x, y) => x - y);
      await until("all points were read or heard", () => all().length === last + 1, followMs);
      expect(all()).toEqual(upTo(last));
      page.close();
    }
    await run.end();
  });

  test("are cut off there when a link or a session ends here, and names stay hidden", async () => {
    const run = await begin(b);
    const hiding = await b.call("shares.create", { experimentId: run.id, hideNames: true });
    const blind = await Watcher.open(a, [{ room: "experiment", id: run.id }], { share: hiding.token });
    await run.measure();
    await run.worker.events(run.lease, numbered([{ kind: "log", level: "info", text: "in /home/someone" }], 3));
    await until("the blind page follows", () => blind.steps(run.runId).length === 1, followMs);
    await run.worker.events(run.lease, numbered([finished()], 4));
    await until("the run's row came", () => blind.items.some((item) => item.kind === "run" && item.row.status === "finished"));
    expect(JSON.stringify(blind.items)).not.toMatch(/raw worker|someone/);
    const cut = new Promise((resolve) => blind.socket.once("disconnect", resolve));
    await b.call("shares.revoke", { id: hiding.id });
    await cut;

    const cookie = await a.signIn();
    const page = await Watcher.open(a, [{ room: "experiments" }], { headers: { cookie } });
    const ended = new Promise((resolve) => page.socket.once("disconnect", resolve));
    await b.call("account.endSessions", { which: "this" }, { headers: { cookie } });
    await ended;
    run.worker.close();
  });

  test("cost nothing where nobody watches", async () => {
    const run = await begin(b);
    const listener = new pg.Client({ connectionString: postgres.url });
    await listener.connect();
    await listener.query('listen "collapsar#/watch"');
    const heard: string[] = [];
    listener.on("notification", ({ payload }) => heard.push(payload ?? ""));
    for (let i = 0; i < 20; i++) await run.measure();
    const page = await Watcher.open(a, [{ room: "run", id: run.runId }], await signedIn(a));
    const before = heard.filter((text) => text.includes(run.runId) || text.includes("attachmentId")).length;
    expect(before).toBe(0);
    await run.measure();
    await until("it is heard of once watched", () => page.steps(run.runId).includes(20), followMs);
    if (carrier === "Postgres") await until("by Postgres", () => heard.some((text) => text.includes(run.runId)));
    page.close();
    await listener.end();
    await run.end();
  });

  test("hear what is longer than a notification may be", async () => {
    const run = await begin(b);
    const page = await Watcher.open(a, [{ room: "run", id: run.runId }], await signedIn(a));
    const text = "ä".repeat(1_500);
    const lines = upTo(19).map(() => ({ kind: "log", level: "info", text }) as const);
    await run.worker.events(run.lease, numbered([...lines], 2));
    const logged = () => page.items.flatMap((item) => (item.kind === "log" ? [item.line.text] : []));
    await until("all lines came", () => logged().length === 20, followMs);
    expect(new Set(logged())).toEqual(new Set([text]));
    page.close();
    run.worker.close();
  });

  test("miss nothing for good when the database's connections break, again and again", async () => {
    const run = await begin(b);
    const page = await Watcher.open(a, [{ room: "run", id: run.runId }], await signedIn(a));
    const others = new pg.Client({ connectionString: postgres.url });
    await others.connect();
    // More often than the rooms have connections: none may be lost for good.
    for (let round = 0; round < 4; round++) {
      await others.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      const from = run.last() + 1;
      await until("a point is stored", () =>
        run.worker.events(run.lease, numbered([measured(from)], from + 2)).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
      await run.measure(); // the same again: it is stored once
      // Heard by itself, or read again by a page that is told to.
      await until("the page knows it", () => page.steps(run.runId).includes(from) || page.missed > round);
      await until("points follow again", async () => {
        await run.measure();
        const { length } = page.steps(run.runId);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return length > 0 && page.steps(run.runId).at(-1) === run.last();
      });
    }
    await others.end();
    page.close();
    await run.end();
  });

  test("go on when the other server is killed", async () => {
    const run = await begin(b);
    const page = await Watcher.open(a, [{ room: "run", id: run.runId }], await signedIn(a));
    await run.measure();
    await until("the page follows", () => page.steps(run.runId).length === 1, followMs);
    await b.kill();
    await a.call("experiments.cancel", { id: run.id });
    const own = await begin(a);
    await page.join({ room: "run", id: own.runId });
    for (let i = 0; i < 10; i++) await own.measure();
    await until("the page follows what happens at its own server", () => page.steps(own.runId).length === 10, followMs);
    b = await TestServer.start({ databaseUrl: postgres.url, env: env() });
    await b.signIn();
    const again = await begin(b);
    await page.join({ room: "run", id: again.runId });
    for (let i = 0; i < 10; i++) await again.measure();
    await until("the page follows the new one", () => page.steps(again.runId).length === 10, followMs);
    page.close();
    await own.end();
    await again.end();
  });

  test.runIf(carrier === "Redis")("work on while Redis is away, say so, and follow again", async () => {
    const [here, there] = [await begin(a), await begin(b)];
    const rooms = [here, there].map(({ runId }) => ({ room: "run", id: runId }) as const);
    const page = await Watcher.open(a, rooms, await signedIn(a));
    await redis!.kill();
    await here.measure();
    await until("its own server's points come", () => page.steps(here.runId).length === 1, followMs);
    await until("it is told of the trouble", () => page.troubles.some((text) => text?.includes("another server")));
    expect(a.output).toContain("Redis (REDIS_URL) is not answering");
    const { missed } = page;
    await there.measure();
    await until("it is told to read again while that lasts", () => page.missed > missed);
    expect(await stored(a, there.runId)).toEqual([0]);
    await redis!.again();
    await until("the trouble is over", () => page.troubles.at(-1) === null);
    await there.measure();
    await until("points follow again", () => page.steps(there.runId).includes(1), followMs);
    page.close();
    await here.end();
    await there.end();
  });
});
