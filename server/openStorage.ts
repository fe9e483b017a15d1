import type { Database } from "../db/database.ts";
import { openDatabase } from "../db/openDatabase.ts";
import { log } from "./log/log.ts";
import type { ServerSettings } from "./program/env.ts";

/** A database that is waited for is named this often, ms. */
const sayMs = 5_000;

/**
 * Opens the database that the settings name, and says in the log what it waits for and how safe its writes are.
 * @param onDeath is called when the database cannot go on
 * @param onWaiting is told what it waits for; null: for nothing any more
 */
export function openStorage(
  settings: ServerSettings,
  onDeath: (error: Error) => void,
  onWaiting: (why: string | null) => void,
): Promise<Database> {
  if (settings.databaseUrl === null)
    log.info(
      settings.durable
        ? "The embedded database forces each write to the disk: what is stored survives a power cut (COLLAPSAR_DURABLE=1)."
        : "The embedded database does not force its writes to the disk: what is stored survives a killed program, not a power cut. COLLAPSAR_DURABLE=1 forces them.",
    );
  const place = {
    dataDir: settings.dataDir,
    url: settings.databaseUrl,
    timeoutMs: settings.databaseTimeoutMs,
    connections: settings.databaseConnections,
    reserveBytes: settings.databaseReserveBytes,
    durable: settings.durable,
  };
  const sayWaiting = saysNowAndThen();
  return openDatabase(place, onDeath, (why) => {
    onWaiting(why);
    sayWaiting(why);
  });
}

/** Said at once, and then every few seconds for as long as it lasts. */
function saysNowAndThen(): (why: string | null) => void {
  let saidAt: number | null = null;
  return (why) => {
    if (why === null) return log.info("The database answers.");
    if (saidAt !== null && performance.now() - saidAt < sayMs) return;
    saidAt = performance.now();
    log.info(`Waiting for ${why}. Press Ctrl+C to stop.`);
  };
}
