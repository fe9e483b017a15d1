/** Entry of the worker thread that holds the embedded Postgres: WebAssembly would block the server's event loop. */
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

/** Without a socket the thread makes a new database and ends: what that needs of memory goes with it. */
const { folder, socketPath } = workerData as { folder: string; socketPath: string | null };
const port = parentPort!;

// Postgres' own cache beside the system's: a server with a gigabyte to itself would take more.
const db = await PGlite.create(folder, { postgresqlconf: ["shared_buffers = 32MB"] });
if (socketPath === null) {
  await db.close();
  port.postMessage("made");
} else {
  // One connection: the socket server lets messages of several ones meet in the one session that PGlite has.
  const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections: 1 });
  await server.start();
  port.postMessage("ready");
  port.once("message", async () => {
    await server.stop().catch(() => undefined);
    await db.close();
    port.postMessage("closed");
  });
}
