import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { openDatabase } from "../../../db/openDatabase.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";

const dataDir = mkdtempSync(join(tmpdir(), "collapsar-failed-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test("A statement that fails does not take the embedded database's one connection from those that follow", async () => {
  await copyFreshDatabase(dataDir);
  const database = await openDatabase({ dataDir, url: null }, (error) => {
    throw error;
  });
  try {
    const ask = (n: number) => database.orm.execute(sql`select ${n}::int as n`).then(({ rows }) => rows[0].n);
    const fail = () =>
      database.orm.execute(sql`select 1 / 0`).then(
        () => "no error",
        (error) => (error.cause as { code?: string }).code,
      );
    // One after another, and while others wait.
    expect(await fail()).toBe("22012");
    expect(await ask(1)).toBe(1);
    expect(await Promise.all([fail(), ask(2), fail(), ask(3), ask(4)])).toEqual(["22012", 2, "22012", 3, 4]);
  } finally {
    await database.close();
  }
});
