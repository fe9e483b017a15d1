import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { Failure } from "../../../contract/failure.ts";
import { inspectDatabase } from "../../../db/inspectDatabase.ts";
import { type Check, codeOf, fault, ok, warning } from "./check.ts";

/** Clocks further apart than this are worth a word, ms. */
export const skewMs = 5_000;
const patienceMs = 5_000;
const oldestPostgres = 14;

/** The database, by its files or by asking it; nothing is opened for writing. */
export async function checkDatabase({ dataDir, databaseUrl }: { dataDir: string; databaseUrl: string | null }): Promise<Check[]> {
  return databaseUrl === null ? [checkEmbedded(dataDir)] : checkExternal(databaseUrl);
}

function checkEmbedded(dataDir: string): Check {
  const name = "database";
  const folder = join(dataDir, "database");
  if (!existsSync(folder)) return ok(name, "embedded; the first start makes it");
  try {
    const version = readFileSync(join(folder, "PG_VERSION"), "utf8").trim();
    if (!/^\d+$/.test(version) || !existsSync(join(folder, "global", "pg_control")))
      throw new Error("its files are not complete");
    const holder = holderOf(dataDir);
    return ok(name, `embedded (Postgres ${version}) in ${folder}${holder === null ? "" : `, in use by ${holder}`}`);
  } catch (error) {
    return fault(
      name,
      `${folder} is no database that can be read (${codeOf(error)})`,
      "restore a backup with “npx collapsar restore --from FILE --replace”, or move the folder away to begin with an empty one",
    );
  }
}

/** Who has the data folder, as far as that is known from its own note. */
function holderOf(dataDir: string): string | null {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(join(dataDir, "server.json"), "utf8")) as {
      pid: number;
      host: string;
      since: string;
    };
    return host !== hostname() || isAlive(pid) ? `process ${pid} on ${host} since ${since}` : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function checkExternal(url: string): Promise<Check[]> {
  const name = "database";
  try {
    const { version, major, aheadMs, withinMs, isBehind } = await inspectDatabase(url, patienceMs);
    const tables = isBehind ? "; the next start brings its tables up to date" : "";
    const found = `Postgres ${version} at DATABASE_URL answers${tables}`;
    const apart = Math.abs(aheadMs) - withinMs;
    return [
      major < oldestPostgres
        ? fault(name, `Postgres ${version} is too old`, `use version ${oldestPostgres} or newer`)
        : ok(name, found),
      apart > skewMs
        ? warning(
            "clock of the database",
            `${Math.round(apart / 1_000)} s ${aheadMs > 0 ? "ahead of" : "behind"} this machine's`,
            "set both machines' clocks by NTP: leases follow the database's clock, logs each machine's",
          )
        : ok("clock of the database", "agrees with this machine's"),
    ];
  } catch (error) {
    const isNewer = error instanceof Failure && error.code === "CONFLICT";
    return [
      fault(
        name,
        isNewer
          ? error.message
          : `the Postgres at DATABASE_URL cannot be used: ${error instanceof Failure ? error.message : codeOf(error)}`,
        isNewer
          ? "start the newer program"
          : "check address, user, password and database name in DATABASE_URL, and that it runs and lets this machine in",
      ),
    ];
  }
}

/** The Redis between several servers, if there is one. */
export async function checkRedis(url: string | null): Promise<Check[]> {
  if (url === null) return [];
  const client = createClient({ url, socket: { connectTimeout: patienceMs, reconnectStrategy: false } });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.ping();
    return [ok("Redis", "answers")];
  } catch (error) {
    return [
      fault(
        "Redis",
        `the Redis at REDIS_URL does not answer (${codeOf(error)})`,
        "check REDIS_URL, or leave it out: Postgres then carries what servers tell each other",
      ),
    ];
  } finally {
    client.destroy();
  }
}
