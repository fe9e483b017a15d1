import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import type { Database } from "./database.ts";
import { type Embedded, startEmbedded } from "./embedded/startEmbedded.ts";
import { lockFolder } from "./lockFolder.ts";
import { refuseNewer } from "./refuseNewer.ts";
import { runTransaction } from "./runTransaction.ts";
import { holdDatabase } from "./serverLock.ts";

export interface DatabasePlace {
  /** Folder of this server's data; locked while it runs. */
  dataDir: string;
  /** Address of an external Postgres; without it the rows are in `<dataDir>/database`. */
  url: string | null;
}

/**
 * Opens the database and brings its tables up to date.
 * @param onDeath is called if the embedded database, the folder's lock or the external database's is lost later on: the process must end then
 * @throws Failure CONFLICT if another server uses the folder or the database, or a newer one has changed its tables
 */
export async function openDatabase(place: DatabasePlace, onDeath: (error: Error) => void): Promise<Database> {
  const unlock = await lockFolder(place.dataDir, onDeath);
  let embedded: Embedded | null = null;
  let pool: pg.Pool | null = null;
  let free: (() => Promise<void>) | null = null;
  const close = async () => {
    await pool?.end();
    await free?.();
    await embedded?.stop();
    await unlock();
  };
  try {
    if (place.url === null) embedded = await startEmbedded(join(place.dataDir, "database"), onDeath);
    else free = await holdDatabase(place.url, onDeath);
    pool = new pg.Pool(
      embedded
        ? { host: embedded.host, port: 5432, user: "postgres", database: "postgres", max: 1, idleTimeoutMillis: 0 }
        : { connectionString: place.url!, max: 8, connectionTimeoutMillis: 10_000, keepAlive: true },
    );
    // A connection that breaks is replaced by the pool, and its query fails; without listeners it would end the process.
    const lost = (error: Error) => console.error("database connection lost:", error.message);
    pool.on("error", lost);
    pool.on("connect", (client) => client.on("error", lost));
    const orm = drizzle(pool);
    const open = pool;
    const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));
    await refuseNewer(pool, migrationsFolder);
    await migrate(orm, { migrationsFolder });
    return { kind: embedded ? "embedded" : "external", orm, pool, transaction: (work) => runTransaction(open, work), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
