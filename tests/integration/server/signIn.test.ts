import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { AccessKey, markOf } from "../../../server/access/accessKey.ts";
import { cookieMark, SessionCookie } from "../../../server/access/sessionCookie.ts";
import { SignInLimit } from "../../../server/access/signInLimit.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";

describe.each(["embedded", "external"] as const)("The access key of servers with one database (%s)", (kind) => {
  let postgres: TestPostgres | null = null;
  let database: Database;
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  beforeAll(async () => {
    if (kind === "external") postgres = await startPostgres();
    else await copyFreshDatabase(dataDir);
    database = await openDatabase({ dataDir, url: postgres?.url ?? null }, (error) => {
      throw error;
    });
  });
  afterAll(async () => {
    await database?.close();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const here = "127.0.0.1";
  const text = "0123456789012345678901";
  const cookie = new SessionCookie(cookieMark("a secret of this server"));
  const server = (key = text) => new AccessKey(key, cookie, database.orm);
  const codeIn = (entry: string) => entry.split("=")[1];

  test("lets in by its code once, and says nothing of itself in its mark", async () => {
    const key = server();
    const code = codeIn(await key.printEntry("here"));
    expect(Buffer.from(code, "base64url").length).toBeGreaterThanOrEqual(16);
    expect(await key.admits(code, here)).toBe(true);
    expect(await key.admits(code, here)).toBe(false);
    expect(await key.admits(text, here)).toBe(true);
    expect(key.mark).toBe(server().mark);
    expect(key.mark).toBe(markOf(text));
    expect(key.mark).not.toBe(server("another key of 22 chars").mark);
    expect(key.mark).not.toContain(text);
  });

  test("lets in by a code that another server printed, and once when both are asked at the same moment", async () => {
    for (let round = 0; round < 10; round++) {
      const code = codeIn(await server().printEntry("there"));
      const answers = await Promise.all(
        [server(), server(), server(), server()].map((one) => one.admits(code, `${here} ${round}`)),
      );
      expect(answers.sort()).toEqual([false, false, false, true]);
    }
  });

  test("ends a code with the next one of its place, with its server, and with its key", async () => {
    const first = codeIn(await server().printEntry("one"));
    const elsewhere = codeIn(await server().printEntry("two"));
    const second = codeIn(await server().printEntry("one"));
    expect(await server().admits(first, "a")).toBe(false);
    expect(await server("another key of 22 chars").admits(second, "a")).toBe(false);
    expect(await server().admits(second, "a")).toBe(true);
    await server().dropEntry("two");
    expect(await server().admits(elsewhere, "a")).toBe(false);
    expect((await database.pool.query("select hash from entry_codes")).rows.map(({ hash }) => hash)).not.toContain(second);
  });

  test("never locks the owner out, and counts wrong keys by address, over all servers", async () => {
    for (let i = 0; i < 5; i++) {
      expect(await server().admits("wrong", "203.0.113.9")).toBe(false);
      expect(await server().admits("wrong", "203.0.113.9")).toBe(false);
    }
    expect(await server().admits("wrong", "203.0.113.9")).toBe("later");
    expect(await server().admits("wrong", "203.0.113.10")).toBe(false);
    expect(await server().admits(text, "203.0.113.9")).toBe(true);
  });

  test("answers ten of forty wrong keys that come at once to four servers", async () => {
    const servers = [server(), server(), server(), server()];
    const tries = servers.flatMap((one) => Array.from({ length: 10 }, () => one.admits("wrong", "203.0.113.11")));
    const answers = await Promise.all(tries);
    expect(answers.filter((answer) => answer === false)).toHaveLength(10);
    expect(answers.filter((answer) => answer === "later")).toHaveLength(30);
  });

  test("forgets misses after a minute, gives back what was none, and stores nobody's address", async () => {
    const limit = new SignInLimit(database.orm, "password");
    for (let i = 0; i < 10; i++) expect(await limit.take("198.51.100.7 ada@example.org")).toBe(true);
    expect(await limit.take("198.51.100.7 ada@example.org")).toBe(false);
    await limit.giveBack("198.51.100.7 ada@example.org");
    expect(await limit.take("198.51.100.7 ada@example.org")).toBe(true);
    expect(await new SignInLimit(database.orm, "access key").take("198.51.100.7 ada@example.org")).toBe(true);
    const { rows } = await database.pool.query("select * from sign_in_misses");
    expect(JSON.stringify(rows)).not.toMatch(/198\.51|ada/);
    await database.pool.query(
      "update sign_in_misses set at = array(select one - interval '61 seconds' from unnest(at) one), last_at = last_at - interval '61 seconds'",
    );
    expect(await limit.take("198.51.100.7 ada@example.org")).toBe(true);
    const left = await database.pool.query("select cardinality(at) as count from sign_in_misses");
    expect(left.rows).toEqual([{ count: 1 }]);
  });

  test("counts no miss that a clock, set back since, says is still to come", async () => {
    const limit = new SignInLimit(database.orm, "a clock set back");
    for (let i = 0; i < 10; i++) await limit.take("198.51.100.8");
    expect(await limit.take("198.51.100.8")).toBe(false);
    await database.pool.query(
      "update sign_in_misses set at = array(select one + interval '1 hour' from unnest(at) one), last_at = last_at + interval '1 hour'",
    );
    expect(await limit.take("198.51.100.8")).toBe(true);
  });
});
