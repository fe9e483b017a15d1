import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { admitWorkerToken, insertWorkerToken, listWorkerTokenRows } from "../../../db/queries/workers.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { until } from "../../support/until.ts";

let postgres: TestPostgres;
let folder: string;
let database: Database;
/** What another program does in the database meanwhile. */
let other: pg.Client;

beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  database = await openDatabase({ dataDir: folder, url: postgres.url, connections: 4 }, (error) => {
    throw error;
  });
  other = new pg.Client({ connectionString: postgres.url });
  await other.connect();
});
afterAll(async () => {
  await other?.end();
  await database?.close();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("work for workers leaves a connection to pages, however much of it waits, and what goes first does so", async () => {
  await other.query("select pg_advisory_lock(41)");
  const begun: string[] = [];
  const ended: string[] = [];
  const work = (name: string, goesFirst = false) =>
    database.forWorkers(async () => {
      begun.push(name);
      await database.orm.execute(sql`select pg_advisory_lock_shared(41), pg_advisory_unlock_shared(41)`);
      ended.push(name);
    }, goesFirst);
  const all = [...Array.from({ length: 40 }, (_, at) => work(`batch ${at}`)), work("heartbeat", true)];
  const waiting = async () => (await other.query("select from pg_locks where locktype = 'advisory' and not granted")).rowCount;
  await until("three of four connections wait", async () => (await waiting()) === 3);
  expect((await database.orm.execute(sql`select 1 as one`)).rows).toEqual([{ one: 1 }]);
  expect(await waiting()).toBe(3);
  expect(ended).toEqual([]);
  await other.query("select pg_advisory_unlock(41)");
  await Promise.all(all);
  expect(ended).toHaveLength(41);
  // Which of several connections answers first is the database's own affair: only the order of beginning is ours.
  expect(begun.indexOf("heartbeat")).toBe(3);
});

test("a worker's token is known while another notes its use, which is noted once a minute", async () => {
  const token = { id: randomUUID(), name: "lab", hash: "f".repeat(64), local: false };
  await insertWorkerToken(database.orm, token);
  const noted = async () => (await listWorkerTokenRows(database.orm)).find(({ id }) => id === token.id)?.lastUsedAt ?? null;
  await other.query("begin");
  await other.query("select from worker_tokens where id = $1 for no key update", [token.id]);
  const known = { id: token.id, local: false, expiresAt: null };
  expect(await Promise.all(Array.from({ length: 9 }, () => admitWorkerToken(database.orm, token.hash)))).toEqual(
    Array(9).fill(known),
  );
  expect(await noted()).toBeNull();
  await other.query("rollback");
  expect(await admitWorkerToken(database.orm, token.hash)).toEqual(known);
  const first = await noted();
  expect(first).toBeInstanceOf(Date);
  await admitWorkerToken(database.orm, token.hash);
  expect(await noted()).toEqual(first);
  await other.query("update worker_tokens set last_used_at = last_used_at - interval '61 seconds' where id = $1", [token.id]);
  await admitWorkerToken(database.orm, token.hash);
  expect((await noted())!.getTime()).toBeGreaterThanOrEqual(first!.getTime());
});
