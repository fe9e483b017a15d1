import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

async function query(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

describe("One external database", () => {
  test("serves one server: a second one, with a data folder of its own, is refused", async () => {
    const first = await TestServer.start({ databaseUrl: postgres.url });
    await expect(TestServer.start({ databaseUrl: postgres.url })).rejects.toThrow(/Another Collapsar server uses this database/);
    expect((await first.call("experiments.list", {})).rows).toBeDefined();
    // A server that was killed leaves no lock behind.
    await first.kill();
    const next = await TestServer.start({ databaseUrl: postgres.url });
    await next.stop();
  });

  test("is held again after its connections were cut", async () => {
    const server = await TestServer.start({ databaseUrl: postgres.url });
    await query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    const locks = async () =>
      Number(
        (
          await query(
            "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
          )
        ).rows[0].count,
      );
    await expect.poll(locks).toBe(1);
    await expect(TestServer.start({ databaseUrl: postgres.url })).rejects.toThrow(/Another Collapsar server uses this database/);
    await server.stop();
  });

  test("of a newer program is refused untouched", async () => {
    const server = await TestServer.start({ databaseUrl: postgres.url });
    await server.stop();
    const later = Date.UTC(2999, 0, 1);
    await query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a later version', $1)", [later]);
    await expect(TestServer.start({ databaseUrl: postgres.url })).rejects.toThrow(
      /upgraded by a newer Collapsar \(tables of 2999-01-01; this program knows those of \d{4}-\d\d-\d\d\)/,
    );
    await query("delete from drizzle.__drizzle_migrations where created_at = $1", [later]);
    const again = await TestServer.start({ databaseUrl: postgres.url });
    await again.stop();
  });
});
