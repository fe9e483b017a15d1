import fs, { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterEach, describe, expect, test, vi } from "vitest";
import { forceWrites, startParams } from "../../../db/embedded/durability.ts";
import { launch } from "../../support/builders/studies.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { TestServer } from "../../support/processes/server.ts";

const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { durable: true, fsync: "on", atLeast: 5, atMost: Number.POSITIVE_INFINITY },
  { durable: false, fsync: "off", atLeast: 0, atMost: 0 },
])("The embedded database, durable: $durable", ({ durable, fsync, atLeast, atMost }) => {
  test(`forces ${durable ? "each commit" : "nothing"} to the disk`, async () => {
    await copyFreshDatabase(folder);
    const db = await PGlite.create(join(folder, "database"), { startParams: startParams(durable) });
    if (durable) forceWrites(db);
    expect((await db.query<{ fsync: string }>("show fsync")).rows[0].fsync).toBe(fsync);
    await db.query("create table t (x int)");
    // The real one, counted.
    const forced = vi.spyOn(fs, "fsyncSync");
    for (let i = 0; i < 5; i++) await db.query("insert into t values (1)");
    expect(forced.mock.calls.length).toBeGreaterThanOrEqual(atLeast);
    expect(forced.mock.calls.length).toBeLessThanOrEqual(atMost);
    await db.close();
  });
});

test.each([
  ["unforced", {}, "does not force its writes to the disk"],
  ["forced", { COLLAPSAR_DURABLE: "1" }, "forces each write to the disk"],
])("a server says at its start and in its pages that writes are %s", async (durability, env, line) => {
  const server = await TestServer.start({ env });
  expect(server.output).toContain(line);
  expect(await server.call("about.program")).toMatchObject({ durability });
  expect((await launch(server)).runs).toHaveLength(1);
  await server.stop();
});
