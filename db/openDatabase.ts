import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import type pg from "pg";
import { Failure } from "../contract/failure.ts";
import type { Database } from "./database.ts";
import { databaseTrouble } from "./databaseTrouble.ts";
import { diskRoom } from "./diskRoom.ts";
import { type Embedded, startEmbedded } from "./embedded/startEmbedded.ts";
import { type Tended, tendEmbedded } from "./embedded/tendEmbedded.ts";
import { lockFolder } from "./lockFolder.ts";
import { embeddedBounds, externalBounds, type OpenPool, openPool } from "./openPool.ts";
import { refuseNewer } from "./refuseNewer.ts";
import { runTransaction } from "./runTransaction.ts";
import { requireNoServer, shareDatabase } from "./serverLock.ts";
import { Turnstile } from "./turnstile.ts";

export interface DatabasePlace {
  /** Folder of this server's data; locked while it runs. */
  dataDir: string;
  /** Address of an external Postgres; without it the rows are in `<dataDir>/database`. */
  url: string | null;
  /** How long an external Postgres may take for a statement, ms. */
  timeoutMs?: number;
  /** Connections to an external Postgres that are open at the same time. */
  connections?: number;
  /** Free space of its disk below which an embedded database takes no new data. */
  reserveBytes?: number;
  /** Whether an embedded database forces each commit to the disk. */
  durable?: boolean;
}

type OnDeath = (error: Error) => void;
type OnWaiting = (why: string | null) => void;

const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));
const usualTimeoutMs = 15_000;
const usualConnections = 16;
/** Share of the connections that is left to pages. */
const pagesShare = 0.25;
const retryMs = 1_000;
/** Migrations may rewrite large tables. */
const migrationMs = 3_600_000;
/** With less room than this an embedded database does not start. */
const minBytes = 32e6;
/** What a database that is there needs for its goodbyes. */
const farewellMs = 2_000;

/**
 * Opens the database and brings its tables up to date. An external one that is away is waited for.
 * @param onDeath is called if the embedded database or the folder's lock is lost later on, or the external one has become one for a newer
 *   program: the process must end then
 * @param onWaiting is called with the reason, every second, while an external database does not answer, and with null once it does
 * @throws Failure CONFLICT if another server uses the folder, an older one the database, or a newer one has changed its tables; INVALID if the
 *   database refuses its user, or does not exist; DISK_FULL
 */
export async function openDatabase(place: DatabasePlace, onDeath: OnDeath, onWaiting: OnWaiting = () => {}): Promise<Database> {
  const unlock = await lockFolder(place.dataDir, onDeath).catch((error) => {
    throw databaseTrouble(error)?.failure ?? error;
  });
  try {
    if (place.url === null) return await openEmbedded(place, onDeath, unlock);
    return await whenThere(place.url, onWaiting, () => openExternal(place, onDeath, unlock));
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openEmbedded(
  { dataDir, reserveBytes, durable = false }: DatabasePlace,
  onDeath: OnDeath,
  unlock: () => Promise<void>,
): Promise<Database> {
  let embedded: Embedded | null = null;
  let open: OpenPool | null = null;
  let tended: Tended | null = null;
  const stop = async () => {
    await Promise.race([tended?.stop(), sleep(farewellMs)]);
    await open?.end(farewellMs);
    await embedded?.stop();
  };
  try {
    embedded = await startEmbedded(join(dataDir, "database"), durable, onDeath);
    const config = { host: embedded.host, port: 5432, user: "postgres", database: "postgres", max: 1, idleTimeoutMillis: 0 };
    open = openPool(config, embeddedBounds);
    await refuseNewer(open.pool, migrationsFolder);
    await migrate(drizzle(open.pool), { migrationsFolder });
    tended = tendEmbedded(open.pool);
  } catch (error) {
    await stop().catch(() => undefined);
    // Where it finds no room at all, it ends without saying so.
    await diskRoom(dataDir, minBytes)();
    throw databaseTrouble(error)?.failure ?? error;
  }
  const close = async () => {
    await stop();
    await unlock();
  };
  const { copyTo } = embedded;
  return asDatabase(null, open, {
    // Whoever comes waits for the only connection.
    forWorkers: (work) => work(),
    requireRoom: diskRoom(dataDir, reserveBytes),
    copyTo,
    close,
  });
}

async function whenThere(url: string, onWaiting: OnWaiting, open: () => Promise<Database>): Promise<Database> {
  for (let waited = false; ; waited = true) {
    try {
      const database = await open();
      if (waited) onWaiting(null);
      return database;
    } catch (error) {
      const trouble = databaseTrouble(error);
      if (!trouble) throw error;
      if (!trouble.mayPass)
        throw new Failure(
          "INVALID",
          `The database ${shown(url)} cannot be used: ${trouble.why}. Check the address, the user and the database in DATABASE_URL.`,
        );
      onWaiting(`the database ${shown(url)}: ${trouble.why}`);
      await sleep(retryMs);
    }
  }
}

async function openExternal(place: DatabasePlace, onDeath: OnDeath, unlock: () => Promise<void>): Promise<Database> {
  const { timeoutMs = usualTimeoutMs, connections = usualConnections } = place;
  const url = place.url!;
  const patient = openPool(
    // Its only connection holds the lock.
    { connectionString: url, max: 1, keepAlive: true, idleTimeoutMillis: 0 },
    { ...externalBounds(migrationMs), acquireMs: externalBounds(timeoutMs).acquireMs },
  );
  let free: () => Promise<void>;
  try {
    // Servers that start at once do so one after the other.
    await patient.pool.query("select pg_advisory_lock(hashtext('collapsar migrations'))");
    if (await refuseNewer(patient.pool, migrationsFolder)) await requireNoServer(patient.pool);
    await migrate(drizzle(patient.pool), { migrationsFolder });
    const stillFits = async (client: Pick<pg.Pool, "query">) => void (await refuseNewer(client, migrationsFolder));
    free = await shareDatabase(url, stillFits, onDeath);
  } finally {
    await patient.end(farewellMs);
  }
  const open = openPool({ connectionString: url, max: connections, keepAlive: true }, externalBounds(timeoutMs));
  const turnstile = new Turnstile(connections - Math.ceil(pagesShare * connections));
  return asDatabase(url, open, {
    forWorkers: (work, goesFirst) => turnstile.run(work, goesFirst),
    // A full disk of another machine says so itself.
    requireRoom: async () => undefined,
    async copyTo() {
      throw new Failure("CONFLICT", "The database is an external Postgres: back it up with pg_dump.");
    },
    async close() {
      await open.end(farewellMs);
      await free();
      await unlock();
    },
  });
}

const asDatabase = (
  address: string | null,
  { pool, cut }: OpenPool,
  own: Pick<Database, "forWorkers" | "requireRoom" | "copyTo" | "close">,
): Database => ({
  kind: address === null ? "embedded" : "external",
  address,
  ...own,
  pool,
  orm: drizzle(pool),
  transaction: (work) => runTransaction(pool, work),
  // What the embedded database was told it does: only a line to another process can be dead.
  cut: address !== null ? cut : () => undefined,
});

/** An address without its password. */
function shown(address: string): string {
  if (!URL.canParse(address)) return "of DATABASE_URL";
  const { hostname, port, pathname, username } = new URL(address);
  return `${decodeURIComponent(pathname.slice(1)) || "of DATABASE_URL"} at ${hostname || "this machine"}:${port || 5432}${username ? `, user ${decodeURIComponent(username)}` : ""}`;
}
