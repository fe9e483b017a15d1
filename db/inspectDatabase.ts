import { fileURLToPath } from "node:url";
import pg from "pg";
import { Failure } from "../contract/failure.ts";
import { databaseTrouble } from "./databaseTrouble.ts";
import { onlyRow } from "./onlyRow.ts";
import { refuseNewer } from "./refuseNewer.ts";

export interface InspectedDatabase {
  /** Such as "15.10". */
  version: string;
  /** Its major version. */
  major: number;
  /** How far its clock is ahead of this machine's, ms, and the half of a round trip within which that is known. */
  aheadMs: number;
  withinMs: number;
  /** Whether the program's next start changes its tables. */
  isBehind: boolean;
}

const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));

/**
 * Looks at an external Postgres, in a transaction that may not write.
 * @param timeoutMs for the connection, and for each answer
 * @throws Failure UNAVAILABLE saying why it does not answer, CONFLICT if a newer program has changed its tables
 */
export async function inspectDatabase(url: string, timeoutMs: number): Promise<InspectedDatabase> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("begin transaction read only");
    const asked = Date.now();
    const { rows } = await client.query<{ version: string; number: number; ms: string }>(
      "select current_setting('server_version') as version, current_setting('server_version_num')::int as number, (extract(epoch from clock_timestamp()) * 1000)::text as ms",
    );
    const answered = Date.now();
    const { version, number, ms } = onlyRow(rows);
    return {
      version,
      major: Math.floor(number / 10_000),
      aheadMs: Number(ms) - (asked + answered) / 2,
      withinMs: (answered - asked) / 2,
      isBehind: await refuseNewer(client as unknown as pg.Pool, migrationsFolder),
    };
  } catch (error) {
    if (error instanceof Failure) throw error;
    // The client's own words may repeat the address, and with it a password.
    throw new Failure("UNAVAILABLE", databaseTrouble(error)?.why ?? "it does not speak as a Postgres does");
  } finally {
    await client.end().catch(() => undefined);
  }
}
