import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { DatabaseLine } from "../../support/processes/databaseLine.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
const token = "a metrics token".replaceAll(" ", "-").padEnd(24, "7Qx");

async function scrape(server: TestServer, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${server.url}/metrics`, { headers });
  return { status: answer.status, text: await answer.text() };
}
/** The value of a sample, by its name with its labels. */
const sampleOf = (text: string, sample: string): number | null => {
  const line = text.split("\n").find((one) => one.startsWith(`${sample} `));
  return line === undefined ? null : Number(line.slice(sample.length));
};

describe("Metrics", () => {
  let postgres: TestPostgres;
  let line: DatabaseLine;
  let server: TestServer;
  beforeAll(async () => {
    postgres = await startPostgres();
    line = await DatabaseLine.open(postgres.url);
    server = await TestServer.start({
      databaseUrl: line.url,
      env: { COLLAPSAR_ACCESS_KEY: key, COLLAPSAR_METRICS_TOKEN: token, COLLAPSAR_DATABASE_TIMEOUT_S: "1" },
    });
    await server.signIn();
  });
  afterAll(async () => {
    line.isDumb = false;
    await server?.stop();
    await line?.close();
    await postgres?.stop();
  });

  test("are read with their token, with an API token to read, and by people; by nobody else", async () => {
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
    expect(await scrape(server)).toEqual({ status: 401, text: "Sign in first: open /enter." });
    for (const wrong of ["forged", `${token}x`, token.slice(1), key])
      expect((await scrape(server, bearer(wrong))).status, wrong).toBe(401);
    expect((await scrape(server, { "sec-fetch-site": "cross-site", ...bearer(token) })).status).toBe(403);
    expect((await scrape(server, bearer(token))).status).toBe(200);
    const reading = await server.call("account.createToken", { name: "Prometheus", scope: "read" });
    const answer = await fetch(`${server.url}/metrics`, { headers: bearer(reading.token) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const logging = await server.call("account.createToken", { name: "a program", scope: "log" });
    expect((await scrape(server, bearer(logging.token))).status).toBe(403);
    expect((await scrape(server, { cookie: await server.signIn() })).status).toBe(200);
    expect((await fetch(`${server.url}/metrics`, { method: "POST", headers: bearer(token) })).status).toBe(405);
  });

  test("count what happened, and say what is", async () => {
    const read = async () => (await scrape(server, { authorization: `Bearer ${token}` })).text;
    const { token: workerToken } = await server.call("workers.createToken", { name: "test" });
    const { runs } = await launch(server);
    const worker = await RawWorker.connect(server, { token: workerToken });
    const lease = await worker.nextAssignment(runs[0].id);
    const values = { "train/loss": 1, "train/nc1.ratio@1": 2 };
    const measurements = [measured(0, values), measured(1, { ...values, "train/nc1.ratio@2": 3 })];
    await worker.events(lease, numbered([started(), ...measurements]));
    // What is sent again is stored once.
    await worker.events(lease, numbered([started(), ...measurements]));
    await worker.events({ ...lease, lease: "forged" }, numbered([measured(2)], 4));
    let text = await read();
    expect(sampleOf(text, "collapsar_ingest_points_total")).toBe(5);
    expect(sampleOf(text, 'collapsar_ingest_batches_total{outcome="stored"}')).toBe(2);
    expect(sampleOf(text, 'collapsar_ingest_batches_total{outcome="refused"}')).toBe(1);
    expect(sampleOf(text, 'collapsar_sockets{of="workers"}')).toBe(1);
    expect(sampleOf(text, 'collapsar_sockets{of="pages"}')).toBe(0);
    expect(sampleOf(text, 'collapsar_worker_slots{which="all"}')).toBe(1);
    expect(sampleOf(text, 'collapsar_worker_slots{which="taken"}')).toBe(1);
    await expect
      .poll(async () => sampleOf(await read(), 'collapsar_cluster_runs_on_workers{status="running"}'), { interval: 500 })
      .toBe(1);
    text = await read();
    expect(sampleOf(text, "collapsar_cluster_runs_queued")).toBe(runs.length - 1);
    expect(sampleOf(text, "collapsar_cluster_leases_overdue")).toBe(0);
    expect(sampleOf(text, "collapsar_database_up")).toBe(1);
    await worker.events(lease, numbered([finished()], 4));
    expect(sampleOf(await read(), 'collapsar_attempts_ended_total{code="FINISHED"}')).toBe(1);
    for (const name of ["nodejs_eventloop_lag_p99_seconds", "process_resident_memory_bytes", "process_cpu_seconds_total"])
      expect(sampleOf(text, name), name).toBeGreaterThan(0);
    worker.close();
  });

  test("count the jobs that launchers ordered, by kind and state", async () => {
    const read = async () => (await scrape(server, { authorization: `Bearer ${token}` })).text;
    const jobs = (kind: string, state: string) => `collapsar_cluster_launcher_jobs{kind="${kind}",state="${state}"}`;
    expect(await read()).not.toContain("collapsar_cluster_launcher_jobs{");
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query("insert into launchers (kind, mark) values ('slurm', 'a'), ('kubernetes', 'b')");
    await client.query(`insert into launched_jobs (launcher, id, state, since, slots) values
      ('slurm', '7_0', 'pending', now(), 1), ('slurm', '7_1', 'pending', now(), 1), ('slurm', '6_0', 'running', now(), 4)`);
    await client.query(
      "insert into launched_jobs (launcher, id, state, since, slots, \"end\") values ('kubernetes', 'pod', 'ended', now(), 1, 'finished')",
    );
    await client.end();
    await expect.poll(async () => sampleOf(await read(), jobs("slurm", "pending")), { interval: 500 }).toBe(2);
    const text = await read();
    const counts = (kind: string) => ["pending", "running", "ending", "ended"].map((state) => sampleOf(text, jobs(kind, state)));
    expect(counts("slurm")).toEqual([2, 1, 0, 0]);
    expect(counts("kubernetes")).toEqual([0, 0, 0, 1]);
  });

  test("give strangers' addresses no series of their own", async () => {
    for (const path of ["/a", "/b/c", "/wp-admin.php", "/trpc/none", "/trpc/other", "/e/1"]) await fetch(server.url + path);
    const { text } = await scrape(server, { authorization: `Bearer ${token}` });
    const routes = new Set(
      [...text.matchAll(/collapsar_http_request_duration_seconds_count\{route="([^"]*)"/g)].map(([, one]) => one),
    );
    expect([...routes].sort()).toEqual(["/enter", "/metrics", "/trpc", "pages"]);
    expect(text).not.toMatch(/wp-admin|none|other"/);
  });

  test("are there by their token while the database is away, without what only it knows", async () => {
    line.isDumb = true;
    const read = async () => (await scrape(server, { authorization: `Bearer ${token}` })).text;
    await expect.poll(async () => sampleOf(await read(), "collapsar_database_up"), { interval: 500 }).toBe(0);
    const text = await read();
    expect(sampleOf(text, "collapsar_cluster_runs_queued")).toBeNull();
    expect(sampleOf(text, "collapsar_ingest_points_total")).toBe(5);
    line.isDumb = false;
    await expect.poll(async () => sampleOf(await read(), "collapsar_cluster_runs_queued"), { interval: 500 }).not.toBeNull();
  });
});

test("a single user's machine shows its metrics to whoever uses it", async () => {
  const server = await TestServer.start();
  expect((await scrape(server)).status).toBe(200);
  await server.stop();
});
