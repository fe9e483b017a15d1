import type pg from "pg";
import { destroy, externalBounds, openPool } from "./openPool.ts";

/** A listening connection that is open but dead is noticed by asking over it. */
const probeMs = 5_000;
const statementMs = 5_000;
const farewellMs = 1_000;

/**
 * Connections to an external Postgres for a library that listens on one of them and notifies by others. The listening one is given
 * back when it breaks: the library asks for another and keeps nothing of the old one, so that each restart of the database would
 * otherwise cost the pool one connection for good.
 */
export function openRelayPool(address: string): { pool: pg.Pool; close(): Promise<void> } {
  const config = { connectionString: address, application_name: "collapsar rooms", keepAlive: true, max: 3 };
  const open = openPool(config, externalBounds(statementMs));
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await open.pool.connect();
    const probe = setInterval(() => client.query("select 1").catch(() => destroy(client)), probeMs);
    probe.unref();
    client.once("end", () => {
      clearInterval(probe);
      client.release(true);
    });
    return client;
  };
  const pool = { connect, query: open.pool.query } as unknown as pg.Pool;
  return { pool, close: () => open.end(farewellMs) };
}
