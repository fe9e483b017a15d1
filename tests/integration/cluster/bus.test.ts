import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { openBus } from "../../../server/cluster/bus.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";

const [runId, workerId] = [randomUUID(), randomUUID()];
const end = (message: string) => ({ runId, workerId, code: "CRASHED" as const, message });

describe("The bus between servers", () => {
  let postgres: TestPostgres;
  let folder: string;
  let database: Database;
  type OpenBus = Awaited<ReturnType<typeof openBus>>;
  let first: OpenBus;
  let second: OpenBus;
  /** What each heard. */
  let heard: { first: string[]; second: string[] };

  beforeAll(async () => {
    postgres = await startPostgres();
    folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
    database = await openDatabase({ dataDir: folder, url: postgres.url }, (error) => {
      throw error;
    });
  });
  afterAll(async () => {
    await database?.close();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    first = await openBus(database, randomUUID(), () => [second.serverId]);
    second = await openBus(database, randomUUID(), () => [first.serverId]);
    heard = { first: [], second: [] };
    first.on("attemptEnded", ({ message }, from) => heard.first.push(`${from === second.serverId} ${message}`));
    second.on("attemptEnded", ({ message }, from) => heard.second.push(`${from === first.serverId} ${message}`));
    first.onGap(() => heard.first.push("gap"));
    second.onGap(() => heard.second.push("gap"));
    return async () => {
      await first.close();
      await second.close();
    };
  });

  async function cutConnections(): Promise<void> {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'collapsar bus'");
    await client.end();
  }

  test("carries each message to the others, in order, and none to its sender", async () => {
    for (let i = 0; i < 50; i++) first.send("attemptEnded", end(`number ${i}`));
    await expect.poll(() => heard.second).toHaveLength(50);
    expect(heard.second).toEqual(Array.from({ length: 50 }, (_, i) => `true number ${i}`));
    second.send("attemptEnded", end("back"));
    await expect.poll(() => heard.first).toEqual(["true back"]);
    expect(heard.second).toHaveLength(50);
  });

  test("carries a message that is longer than Postgres takes at once, in any script, whole", async () => {
    const long = 'ein "Läufer" \u0000 \ud83d\ude80\n'.repeat(3_000);
    first.send("attemptEnded", end(long));
    first.send("attemptEnded", end("after it"));
    await expect.poll(() => heard.second.length).toBe(2);
    expect(heard.second).toEqual([`true ${long}`, "true after it"]);
    expect(() => first.send("attemptEnded", end("x".repeat(600_000)))).toThrow(
      /^a message of 600\d{3} letters between servers: at most 499200$/,
    );
  });

  test("carries what belongs to a transaction once it is stored, and nothing of one that is not", async () => {
    const undone = database.transaction(async (tx) => {
      await first.sendWith(tx, "attemptEnded", end("never"));
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    await database.transaction(async (tx) => {
      await first.sendWith(tx, "attemptEnded", end("stored"));
      first.send("attemptEnded", end("during it"));
      await expect.poll(() => heard.second).toEqual(["true during it"]);
    });
    await expect.poll(() => heard.second).toEqual(["true during it", "true stored"]);
  });

  test("whose connections are cut tells each end that it may have missed something, and carries on", async () => {
    await cutConnections();
    await expect.poll(() => heard.first).toContain("gap");
    await expect.poll(() => heard.second).toContain("gap");
    first.send("attemptEnded", end("after the cut"));
    await expect.poll(() => heard.second).toContain("true after the cut");
  });

  test("passes over what it does not know, and what is not of its form", async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const texts = [
      `x 0 0 1 ${JSON.stringify({ kind: "constructor", payload: {} })}`,
      `x 1 0 1 ${JSON.stringify({ kind: "attemptEnded", payload: { message: "half of it" } })}`,
      "x 2 0 1 no JSON",
      "x 3 1 2 the end of something",
      "no frame",
    ];
    for (const text of texts) await client.query("select pg_notify('collapsar', $1)", [text]);
    await client.end();
    first.send("attemptEnded", end("known"));
    await expect.poll(() => heard.second).toEqual(["true known"]);
  });
});
