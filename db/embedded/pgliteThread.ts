/** Entry of the worker thread that holds the embedded Postgres: WebAssembly would block the server's event loop. */
import { constants, cpSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { forceWrites, startParams } from "./durability.ts";

/** Without a socket the thread makes a new database and ends: what that needs of memory goes with it. */
const { folder, socketPath, durable } = workerData as { folder: string; socketPath: string | null; durable: boolean };
const port = parentPort!;
/** Bytes of an answer that may be an error. */
const maxErrorLength = 8_192;

// Postgres' own cache beside the system's: a server with a gigabyte to itself would take more.
const db = await PGlite.create(folder, { postgresqlconf: ["shared_buffers = 32MB"], startParams: startParams(durable) });
if (durable) forceWrites(db);
// After a panic (no room on disk for its log) nothing is answered any longer: the thread ends and says why.
const answer = db.execProtocolRawStream.bind(db);
db.execProtocolRawStream = (message, options) =>
  answer(message, {
    ...options,
    onRawData(data) {
      options?.onRawData?.(data);
      const panic =
        data.length < maxErrorLength &&
        Buffer.from(data)
          .toString("latin1")
          .match(/\0VPANIC\0.*\0M([^\0]*)/s);
      if (panic) setImmediate(() => fail(new Error(`the embedded database panicked: ${panic[1]}`)));
    },
  });
const fail = (error: Error) => {
  throw error;
};
if (socketPath === null) {
  await db.close();
  port.postMessage("made");
} else {
  // One connection: the socket server lets messages of several ones meet in the one session that PGlite has.
  const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections: 1 });
  await server.start();
  port.postMessage("ready");
  port.on("message", async (message: { copyTo: string } | "close") => {
    if (message !== "close") return copyTo(message.copyTo);
    await server.stop().catch(() => undefined);
    await db.close();
    port.postMessage("closed");
  });
}

/**
 * Copies the rows' files while nothing writes to them: what a killed server leaves behind, which is read like that. On file systems that
 * can, the copy shares its blocks with the original.
 */
async function copyTo(target: string): Promise<void> {
  const trouble = await db
    .runExclusive(async () => cpSync(folder, target, { recursive: true, mode: constants.COPYFILE_FICLONE }))
    .then(
      () => null,
      (error: Error) => error.message,
    );
  port.postMessage({ copied: target, trouble });
}
