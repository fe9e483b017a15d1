import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { listRunIds } from "../../../db/queries/runs.ts";
import { fill, uuidOf } from "../../bench/stored/fill.ts";
import { generatedStudy } from "../../bench/stored/studies.ts";
import { everyRead } from "../../support/builders/reads.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { planOf, recordStatements } from "../../support/processes/statements.ts";

/** Tables with as many rows as there are runs, or more. */
const isLarge = (scan: string) => /^(runs|attempts|series_chunks|log_lines|geometry_snapshots|checkpoints) /.test(scan);
/** Indexes of few runs: those that wait, that are on workers, and that started, of which the newest are read. */
const isOfFew = (scan: string) => /^runs by runs_(queued|leased|started) whole$/.test(scan);

describe("With many studies stored", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  let postgres: TestPostgres;
  let database: Database;
  const scansOf = new Map<string, string[]>();
  beforeAll(async () => {
    postgres = await startPostgres();
    // Its first start makes the queue's tables too.
    await (await TestServer.start({ dataDir, databaseUrl: postgres.url })).stop();
    database = await openDatabase({ dataDir, url: postgres.url }, (error) => {
      throw error;
    });
    await fill(database, { runs: 600, runsPerStudy: 40 }, undefined, []);
    const study = uuidOf(generatedStudy(3, 40).name);
    const [run] = await listRunIds(database.orm, study);
    for (const [what, read] of everyRead(database, { study, run: run! })) {
      const stop = recordStatements(database.pool);
      await read();
      const client = await database.pool.connect();
      // So few rows would be read from end to end at once: only what no index answers still is.
      await client.query("set enable_seqscan = off");
      const scans = new Set<string>();
      for (const statement of stop()) for (const scan of (await planOf(client, statement)).scans) scans.add(scan);
      await client.query("reset enable_seqscan");
      client.release();
      // Two indexes begin with a run's experiment: it is all the same which one is taken.
      const named = [...scans].filter(isLarge).map((scan) => scan.replace(/runs_(cell|ordinal)$/, "experiment"));
      scansOf.set(what, [...new Set(named)].sort());
    }
  });
  afterAll(async () => {
    await database?.close();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("nothing that is read goes through all runs, attempts or points", () => {
    const whole = [...scansOf].filter(([, scans]) => scans.some((scan) => / (in sequence|whole)$/.test(scan) && !isOfFew(scan)));
    expect(whole).toEqual([]);
    expect(scansOf.size).toBe(27);
  });

  test("pages find their rows by these indexes", () => {
    const attempts = "attempts by attempts_run_id_number_pk";
    const chunks = "series_chunks by series_chunks_run_id_key_attempt_block_pk";
    expect(scansOf.get("first page")).toEqual([]);
    expect(scansOf.get("study")).toEqual([attempts, "runs by experiment"]);
    expect(scansOf.get("study's series")).toEqual([attempts, "runs by experiment", chunks]);
    expect(scansOf.get("window of a run's series")).toEqual([attempts, "runs by runs_pkey", chunks]);
    expect(scansOf.get("run's log")).toEqual(["log_lines by log_lines_run_id_attempt_seq_pk", "runs by runs_pkey"]);
    expect(scansOf.get("workers")).toEqual(["runs by runs_leased whole"]);
    expect(scansOf.get("leases that ran out")).toEqual(["runs by runs_leased whole"]);
    expect(scansOf.get("runs that nobody delivers")).toEqual(["runs by runs_queued whole"]);
  });
});
