import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../../support/client/rawWorker.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

const onDeath = (error: Error) => {
  throw error;
};

describe.each(["embedded", "external"] as const)("A series that is measured point by point (%s database)", (kind) => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  let postgres: TestPostgres | null = null;
  let server: TestServer;
  beforeAll(async () => {
    if (kind === "external") postgres = await startPostgres();
    server = await TestServer.start({ dataDir, databaseUrl: postgres?.url ?? null });
  });
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("is read whole and by windows at any time, and lies in full chunks in the end", async () => {
    const worker = await RawWorker.connect(server);
    const { runs } = await launch(server);
    const id = runs[0]!.id;
    const lease = leaseOf(await worker.nextAssignment(id));
    await worker.events(lease, numbered([started()]));
    const stepsIn = async (window: { fromStep?: number; toStep?: number; sinceStep?: number }) =>
      (await server.call("runs.series", { id, keys: ["train/loss"], maxPoints: 5_000, ...window }))[0]?.steps;
    for (let step = 0; step < 300; step++) {
      const answer = await worker.events(lease, numbered([measured(step)], step + 2));
      expect(answer).toEqual({ ok: true, storedThrough: step + 2 });
    }
    const all = Array.from({ length: 300 }, (_, step) => step);
    expect(await stepsIn({})).toEqual(all);
    expect(await stepsIn({ fromStep: 126, toStep: 131 })).toEqual([126, 127, 128, 129, 130, 131]);
    expect(await stepsIn({ fromStep: 285, toStep: 290 })).toEqual([285, 286, 287, 288, 289, 290]);
    expect(await stepsIn({ sinceStep: 296 })).toEqual([297, 298, 299]);
    expect(await stepsIn({ sinceStep: 299 })).toBeUndefined();
    await worker.events(lease, numbered([finished(299)], 302));
    expect(await stepsIn({})).toEqual(all);
    expect(await stepsIn({ fromStep: 285, toStep: 290 })).toEqual([285, 286, 287, 288, 289, 290]);
    worker.close();
    await server.stop();
    const database = await openDatabase({ dataDir, url: postgres?.url ?? null }, onDeath);
    const { rows } = await database.pool.query(
      "select block, length(steps) / 4 as points, length(values) / 8 as values from series_chunks where run_id = $1 order by block",
      [id],
    );
    await database.close();
    expect(rows).toEqual([
      { block: 0, points: 112, values: 112 },
      { block: 1, points: 128, values: 128 },
      { block: 2, points: 60, values: 60 },
    ]);
  });
});

describe("The embedded database", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  let database: Database;
  beforeAll(async () => {
    await copyFreshDatabase(dataDir);
    database = await openDatabase({ dataDir, url: null }, onDeath);
  });
  afterAll(async () => {
    await database?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const logFiles = () => {
    const folder = join(dataDir, "database", "pg_wal");
    return readdirSync(folder).filter((name) => /^[0-9A-F]{24}$/.test(name) && statSync(join(folder, name)).size === 16_777_216);
  };

  test("keeps its log within some files and frees the space of overwritten rows", async () => {
    const { pool } = database;
    await pool.query("create table filler (id int primary key, text text not null)");
    await pool.query("insert into filler select id, repeat('x', 500) from generate_series(1, 2000) as id");
    for (let time = 0; time < 100; time++) await pool.query("update filler set text = text || ''");
    await expect.poll(() => logFiles().length).toBeLessThanOrEqual(4);
    await expect
      .poll(
        async () =>
          (await pool.query("select last_vacuum is not null as vacuumed from pg_stat_user_tables where relname = 'filler'")).rows,
      )
      .toEqual([{ vacuumed: true }]);
    const written = await pool.query<{ files: number }>(
      "select (pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') / 16777216)::int as files",
    );
    expect(written.rows[0]!.files).toBeGreaterThan(5);
  });

  test("counts a table soon after it has grown much, so that queries are planned for its size", async () => {
    const { pool } = database;
    await pool.query("create table grown (id int primary key)");
    await pool.query("insert into grown select * from generate_series(1, 6000)");
    await expect
      .poll(async () => (await pool.query("select reltuples::int as counted from pg_class where relname = 'grown'")).rows, {
        timeout: 30_000,
      })
      .toEqual([{ counted: 6_000 }]);
  });
});
