import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { tableTitle } from "../../../app/workers/storage/storageText.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { finished, logged, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../../support/client/rawWorker.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

/** Short leases make short ticks: the server tidies up some seconds after its start. */
const env = { COLLAPSAR_HEARTBEAT_MS: "100", COLLAPSAR_LEASE_MS: "500" };
const chosen = { COLLAPSAR_KEEP_VOID_DAYS: "0", COLLAPSAR_KEEP_LOG_DAYS: "0", COLLAPSAR_KEEP_GEOMETRY_DAYS: "0" };
const stepsFrom = (from: number, until: number) => Array.from({ length: until - from }, (_, index) => from + index);

describe.each(["embedded", "external"] as const)("What is kept of ended runs (%s database)", (kind) => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  let postgres: TestPostgres | null = null;
  let server: TestServer;
  const start = async (more = {}) => {
    server = await TestServer.start({ dataDir, databaseUrl: postgres?.url ?? null, env: { ...env, ...more } });
  };
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("is what pages and exports show, and beyond that what the operator chose", async () => {
    if (kind === "external") postgres = await startPostgres();
    await start();
    const { runs } = await launch(server);
    const id = runs[0]!.id;
    const first = await RawWorker.connect(server);
    const lost = leaseOf(await first.nextAssignment(id));
    await first.events(lost, numbered([started(), ...stepsFrom(0, 200).map((step) => measured(step)), snapshot(100)]));
    first.close();
    await untilStatus(server, id, "queued");
    const second = await RawWorker.connect(server);
    const lease = leaseOf(await second.nextAssignment(id));
    const pictures = stepsFrom(20, 50).map((step) => snapshot(step));
    const points = stepsFrom(21, 60).map((step) => measured(step));
    const warning = { kind: "log" as const, level: "warning" as const, text: "less memory than asked for" };
    await second.events(lease, numbered([started(20), logged("begins"), warning, ...points, ...pictures, finished(1_000)]));
    second.close();

    const read = async () => ({
      series: await server.call("runs.series", { id, maxPoints: 5_000 }),
      table: await (await fetch(`${server.url}/export/runs/${id}.csv?head=none`)).text(),
    });
    const before = await read();
    expect(before.series.map(({ key, steps }) => ({ key, steps }))).toEqual([{ key: "train/loss", steps: stepsFrom(0, 60) }]);
    expect(await server.call("runs.geometry", { id })).toHaveLength(30);
    await server.stop();

    await start(chosen);
    await expect.poll(async () => (await server.call("runs.geometry", { id })).length).toBe(16);
    await expect
      .poll(() => server.output)
      .toMatch(/Removed of ended runs: 2 chunks and pictures of superseded attempts, \d+ log lines, 14 pictures/);
    expect(await read()).toEqual(before);
    expect((await server.call("runs.geometry", { id })).map(({ step }) => step)).toEqual([
      20, 22, 24, 26, 28, 30, 32, 34, 35, 37, 39, 41, 43, 45, 47, 49,
    ]);
    const lines = await server.call("runs.log", { id });
    expect(lines.map(({ level, text }) => ({ level, text }))).toEqual([{ level: "warning", text: "less memory than asked for" }]);
    const { bytes, logBytes, fileBytes, tables } = await server.call("about.storage");
    expect(bytes).toBeGreaterThan(5_000_000);
    expect(fileBytes).toBe(0);
    expect(logBytes === null).toBe(kind === "external");
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(["series_chunks", "queue"]));
    expect(tables.filter(({ name }) => tableTitle(name) === name)).toEqual([]);
    await server.stop();

    await start({ ...chosen, COLLAPSAR_KEEP_VOID_DAYS: "30", COLLAPSAR_KEEP_GEOMETRY_DAYS: "30" });
    const again = (await launch(server)).runs[0]!.id;
    const third = await RawWorker.connect(server);
    const gone = leaseOf(await third.nextAssignment(again));
    await third.events(gone, numbered([started(), ...stepsFrom(0, 40).map((step) => snapshot(step))]));
    third.close();
    await untilStatus(server, again, "queued");
    const fourth = await RawWorker.connect(server);
    const over = leaseOf(await fourth.nextAssignment(again));
    await fourth.events(over, numbered([started(0), ...stepsFrom(0, 18).map((step) => snapshot(step)), finished(1_000)]));
    fourth.close();
    await untilStatus(server, again, "finished");
    await server.stop();
    await start({ ...chosen, COLLAPSAR_KEEP_VOID_DAYS: "30" });
    await expect.poll(() => server.output).toMatch(/Removed of ended runs: 0 chunks .* 2 pictures/);
    expect((await server.call("runs.geometry", { id: again })).map(({ step }) => step)).toEqual([
      0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17,
    ]);
    await server.stop();

    const database = await openDatabase({ dataDir, url: postgres?.url ?? null }, (error) => {
      throw error;
    });
    const { rows } = await database.pool.query(
      "select attempt, block from series_chunks where run_id = $1 order by attempt, block",
      [id],
    );
    await database.close();
    expect(rows).toEqual([
      { attempt: 1, block: 0 },
      { attempt: 2, block: 0 },
    ]);
  });
});
