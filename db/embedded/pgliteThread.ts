/** Entry of the worker thread that holds the embedded Postgres: WebAssembly would block the server's event loop. */
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const { folder, socketPath } = workerData as { folder: string; socketPath: string };
const port = parentPort!;

const db = await PGlite.create(folder);
// One connection: the socket server lets messages of several ones meet in the one session that PGlite has.
const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections: 1 });
await server.start();
port.postMessage("ready");

port.once("message", async () => {
  await server.stop().catch(() => undefined);
  await db.close();
  port.postMessage("closed");
});
