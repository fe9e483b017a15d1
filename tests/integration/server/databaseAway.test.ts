import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { watchNamespace } from "../../../contract/wire/watchProtocol.ts";
import { measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { DatabaseLine } from "../../support/processes/databaseLine.ts";
import { freePort, startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { slowness } from "../../support/processes/workerProcess.ts";

let postgres: TestPostgres;
let admin: pg.Client;
beforeAll(async () => {
  postgres = await startPostgres();
  admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await postgres?.stop();
});

const addressOf = (change: (url: URL) => void) => {
  const url = new URL(postgres.url);
  change(url);
  return url.toString();
};
/** A server that is not ready yet. */
const begin = (databaseUrl: string) => {
  let server!: TestServer;
  const ready = TestServer.start({ databaseUrl, onSpawn: (spawned) => (server = spawned) });
  return { server: () => server, ready };
};

describe("A server whose database is away when it starts", () => {
  test("waits for it, says so, and ends at once on SIGTERM", async () => {
    const port = await freePort();
    const { server, ready } = begin(addressOf((url) => (url.port = String(port))));
    ready.catch(() => undefined);
    await expect.poll(() => server()?.output).toMatch(/Waiting for the database .*: connection refused/);
    const answer = await fetch(server().url);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(await answer.text()).toMatch(/^Collapsar is waiting for the database .*: connection refused\.$/);
    expect(await Promise.race([server().signal("SIGTERM"), sleep(5_000 * slowness())])).toBe(0);
  });

  test("is ready once it answers, also behind a line that was dumb", async () => {
    const line = await DatabaseLine.open(postgres.url);
    line.isDumb = true;
    const { server, ready } = begin(line.url);
    await expect.poll(() => server()?.output).toMatch(/Waiting for the database/);
    line.isDumb = false;
    await ready;
    expect(server().output).toContain("The database answers.");
    await server().stop();
    await line.close();
  });

  test.each([
    ["a database that does not exist", () => addressOf((url) => (url.pathname = "/nowhere")), /it has no database of this name/],
    [
      "a wrong password",
      () => addressOf((url) => Object.assign(url, { username: "locked", password: "wrong" })),
      /it refuses this user or this password/,
    ],
    ["a user without rights", () => addressOf((url) => (url.username = "bare")), /its user lacks a right that Collapsar needs/],
  ])("ends with a plain word for %s, and shows no password", async (_what, address, said) => {
    await admin.query(`do $$ begin
      if not exists (select from pg_roles where rolname = 'locked') then create role locked login password 'right'; create role bare login; end if;
    end $$`);
    const { rows } = await admin.query<{ hba_file: string }>("show hba_file");
    await lockOut(rows[0].hba_file);
    const { server, ready } = begin(address());
    const error = (await ready.catch((problem) => problem)) as Error;
    expect(error.message).toMatch(said);
    expect(error.message).toMatch(/Check the address, the user and the database in DATABASE_URL/);
    expect(server().output).not.toContain("wrong");
    expect(server().output).not.toMatch(/\n\s+at /);
  });
});

/** The first line that fits counts: one user must give a password. */
async function lockOut(hbaFile: string): Promise<void> {
  const text = readFileSync(hbaFile, "utf8");
  const rule = "host all locked all scram-sha-256\n";
  if (!text.startsWith(rule)) writeFileSync(hbaFile, rule + text);
  await admin.query("select pg_reload_conf()");
}

describe("A database that goes away, is slow, full or shut, under a running server", () => {
  let line: DatabaseLine;
  let server: TestServer;
  let page: Socket;
  const said: (string | null)[] = [];
  beforeAll(async () => {
    line = await DatabaseLine.open(postgres.url);
    server = await TestServer.start({ databaseUrl: line.url, env: { COLLAPSAR_DATABASE_TIMEOUT_S: "2" } });
    page = io(server.url + watchNamespace, { transports: ["websocket"], forceNew: true });
    page.on("trouble", (message) => said.push(message));
    await page.timeout(10_000).emitWithAck("watch", { room: "experiments" });
  });
  afterAll(async () => {
    page?.disconnect();
    line.isDumb = false;
    await server?.stop();
    await line?.close();
  });

  const list = () => fetch(`${server.url}/trpc/experiments.list?input=%7B%7D`);
  const refusalOf = async (answer: Response) => ({
    status: answer.status,
    again: answer.headers.get("retry-after"),
    ...((await answer.json()) as { error: { data: { failure: { code: string; message: string } } } }).error.data.failure,
  });
  const answers = () => expect.poll(async () => (await list()).status).toBe(200);

  test("answers 503 with the reason while a line is dumb, tells the pages, keeps what workers hold, and catches up", async () => {
    const worker = await RawWorker.connect(server);
    const { runs } = await launch(server, grid());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), measured(0)]));
    line.isDumb = true;
    const refused = await refusalOf(await list());
    expect(refused).toMatchObject({ status: 503, again: "5", code: "UNAVAILABLE" });
    // Whether a link is valid is not known either: its reader is told why.
    const shared = await fetch(`${server.url}/trpc/experiments.get`, { headers: { "x-share-token": "a".repeat(32) } });
    expect(await refusalOf(shared)).toMatchObject({
      status: 503,
      again: "5",
      code: "UNAVAILABLE",
      message: expect.stringMatching(/^The database is not answering properly/),
    });
    expect(refused.message).toMatch(
      /^The database is not answering properly: (nothing came back in time|no connection was free in time)\./,
    );
    await expect.poll(() => said.at(-1)).toMatch(/^The database is not answering properly/);
    line.isDumb = false;
    await answers();
    await expect.poll(() => said.at(-1)).toBeNull();
    // The run is still its worker's, or given again; nothing of it is lost.
    const back = worker.socket.connected ? worker : null;
    back?.close();
    expect(["running", "queued"]).toContain((await server.call("runs.get", { id: runs[0].id })).row.status);
    worker.close();
    await server.call("experiments.cancel", { id: runs[0].experimentId });
  });

  test("does not wait for a statement that takes too long", async () => {
    await admin.query("begin");
    await admin.query("lock table experiments in access exclusive mode");
    const refused = await refusalOf(await list());
    expect(refused).toMatchObject({ status: 503, code: "UNAVAILABLE" });
    expect(refused.message).toContain("it took too long");
    await admin.query("rollback");
    await answers();
  });

  test("says that it takes no writes, and can still be read", async () => {
    const { rows } = await admin.query<{ name: string }>("select current_database() as name");
    const cutAll = () =>
      admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
    await admin.query(`alter database ${rows[0].name} set default_transaction_read_only = on`);
    await cutAll();
    await answers();
    await expect(launch(server, grid())).rejects.toMatchObject({
      code: "UNAVAILABLE",
      status: 503,
      message: expect.stringContaining("it takes no writes: it is a standby, or set to read-only"),
    });
    await admin.query("begin read write");
    await admin.query(`alter database ${rows[0].name} reset default_transaction_read_only`);
    await admin.query("commit");
    await cutAll();
    await answers();
  });

  test("says that the disk is full, stores nothing of the batch, and takes it when there is room", async () => {
    const worker = await RawWorker.connect(server);
    const { runs } = await launch(server, grid());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    await admin.query(`create function refuse() returns trigger language plpgsql as $$ begin
      raise exception using errcode = '53100', message = 'could not extend file: No space left on device'; end $$`);
    await admin.query("create trigger full_disk before insert on log_lines execute function refuse()");
    const batch = numbered([measured(1), { kind: "log", level: "info", text: "after the point" }, measured(2)], 2);
    expect(await worker.events(lease, batch)).toMatchObject({
      ok: false,
      code: "INTERNAL",
      message: expect.stringContaining("The disk of the database is full"),
    });
    await expect.poll(() => said.at(-1)).toMatch(/^The disk of the database is full: nothing new can be stored/);
    const points = () => server.call("runs.series", { id: runs[0].id, keys: ["train/loss"] });
    expect(await points()).toEqual([]);
    await admin.query("drop trigger full_disk on log_lines");
    expect(await worker.events(lease, batch)).toMatchObject({ ok: true, storedThrough: 4 });
    expect((await points())[0].steps).toEqual([1, 2]);
    await expect.poll(() => said.at(-1)).toBeNull();
    await server.call("runs.cancel", { id: runs[0].id });
    await worker.events(lease, numbered([{ kind: "ended", code: "CANCELLED", message: "cancelled", step: 2 }], 5));
    await untilStatus(server, runs[0].id, "cancelled");
    worker.close();
  });

  test("stops within 10 s of SIGTERM although the line is dumb", async () => {
    line.isDumb = true;
    void list().catch(() => undefined);
    expect(await Promise.race([server.signal("SIGTERM"), sleep(10_500 * slowness())])).toBe(0);
  });
});

describe("An embedded database whose disk has hardly any room", () => {
  test("takes no new study, and can be read", async () => {
    const server = await TestServer.start({ env: { COLLAPSAR_DATABASE_RESERVE_MB: "999999999" } });
    expect((await server.call("experiments.list", {})).rows).toBeDefined();
    await expect(launch(server, grid())).rejects.toMatchObject({
      code: "DISK_FULL",
      status: 503,
      message: expect.stringMatching(/^The disk of .* is full: [\d,]+ MB are free, and the database needs 999,999,999 MB\./),
    });
    await server.stop();
  });
});
