import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { type ServerOptions, TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const servers: TestServer[] = [];
const start = async (options: ServerOptions = {}) => {
  const server = await TestServer.start({ databaseUrl: postgres.url, ...options });
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function query(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** Holds a lock of Postgres for as long as a test needs it. */
async function holding(lock: string, during: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query(`select ${lock} as held`);
    if (!rows[0].held) throw new Error("it is taken");
    await during();
  } finally {
    await client.end();
  }
}

const sharedLocks = async () =>
  (
    await query(
      "select count(*)::int as n from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and database = (select oid from pg_database where datname = current_database())",
    )
  ).rows[0].n as number;

describe("One external database", () => {
  test("serves two servers, each with a data folder of its own, and none with a folder that is taken", async () => {
    const first = await start();
    const second = await start();
    await expect(start({ dataDir: first.dataDir })).rejects.toThrow(
      /The data folder \S+ is in use by process \d+ on \S+, since .*\. Stop that server, or choose another folder/,
    );
    expect(await sharedLocks()).toBe(2);
    for (const server of [first, second]) expect((await server.call("experiments.list", {})).rows).toBeDefined();
    // A server that was killed leaves no lock behind.
    await first.kill();
    await expect.poll(sharedLocks).toBe(1);
    await second.stop();
  });

  test("is shared again after its connections were cut", async () => {
    const server = await start();
    await query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await expect.poll(sharedLocks).toBe(1);
    await server.stop();
  });

  test("is not shared with an older server, which holds it alone", async () => {
    await holding("pg_try_advisory_lock(hashtext('collapsar server'))", async () => {
      await expect(start()).rejects.toThrow(
        /A server of an older Collapsar uses this database, and cannot share it\. Stop that server/,
      );
    });
    const server = await start();
    await expect(holding("pg_try_advisory_lock(hashtext('collapsar server'))", async () => undefined)).rejects.toThrow(
      "it is taken",
    );
    await server.stop();
  });

  test("gets new tables only when no server of the older version runs any longer", async () => {
    await (await start()).stop();
    const { rows } = await query(
      "delete from drizzle.__drizzle_migrations where id = (select max(id) from drizzle.__drizzle_migrations) returning *",
    );
    await holding("pg_try_advisory_lock_shared(hashtext('collapsar server'))", async () => {
      await expect(start()).rejects.toThrow(
        /A server of an older Collapsar uses this database, whose tables this version changes\. Stop all servers of the older version/,
      );
    });
    const { id, hash, created_at } = rows[0];
    await query("insert into drizzle.__drizzle_migrations (id, hash, created_at) values ($1, $2, $3)", [id, hash, created_at]);
  });

  test("is not shared by servers of different versions of the workers' protocol, for as long as the other one lives", async () => {
    const seen =
      "insert into servers (id, host, pid, version, protocol, last_seen_at) values ($1, 'elsewhere', 7, '0.0.9', 4, clock_timestamp() + $2::interval)";
    await query(seen, ["00000000-0000-4000-8000-000000000001", "1 hour"]);
    await expect(start()).rejects.toThrow(
      /A server of version 0\.0\.9 on elsewhere \(process 7\) uses this database and speaks version 4 of the workers' protocol; this one, of version \S+, speaks \d+\. Stop the servers of one of the two first\./,
    );
    // One that was killed a moment ago counts as dead soon.
    await query("update servers set last_seen_at = clock_timestamp() where pid = 7");
    const server = await start();
    await server.stop();
  });

  test("has no worker started for it, unless that is asked for", async () => {
    const without = await start({ env: { COLLAPSAR_LOCAL_WORKER: "" } });
    expect(without.output).toContain(
      "No worker is started on this machine: with DATABASE_URL that is done only by COLLAPSAR_LOCAL_WORKER=on.",
    );
    expect(await without.call("workers.list")).toEqual([]);
    const asked = await start({ localWorker: true });
    expect(asked.output).not.toContain("No worker is started");
    await until("its worker is connected", async () =>
      (await without.call("workers.list")).some(({ connected, local }) => connected && local),
    );
  });

  test("of a newer program is refused untouched", async () => {
    const server = await start();
    await server.stop();
    const later = Date.UTC(2999, 0, 1);
    await query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a later version', $1)", [later]);
    await expect(start()).rejects.toThrow(
      /upgraded by a newer Collapsar \(tables of 2999-01-01; this program knows those of \d{4}-\d\d-\d\d\)/,
    );
    await query("delete from drizzle.__drizzle_migrations where created_at = $1", [later]);
    const again = await start();
    await again.stop();
  });
});
