import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

export interface Embedded {
  /** Directory of the Unix socket, private to this user: what `pg` takes as host. */
  host: string;
  stop(): Promise<void>;
}

/**
 * Starts Postgres in a worker thread on the rows in `folder`; the caller holds the folder's lock.
 * @param onDeath is called if the thread ends by itself
 */
export async function startEmbedded(folder: string, onDeath: (error: Error) => void): Promise<Embedded> {
  mkdirSync(folder, { recursive: true });
  const host = mkdtempSync(join(tmpdir(), "collapsar-"));
  const thread = new Worker(new URL("./pgliteThread.ts", import.meta.url), {
    workerData: { folder, socketPath: join(host, ".s.PGSQL.5432") },
  });
  let stopping = false;
  let died: Error | null = null;
  const death = new Promise<Error>((resolve) => {
    thread.once("error", (error) => resolve(error instanceof Error ? error : new Error(String(error))));
    thread.once("exit", (code) => resolve(new Error(`the embedded database ended with code ${code}`)));
  });
  death.then((error) => {
    died = error;
    rmSync(host, { recursive: true, force: true });
    if (!stopping) onDeath(error);
  });
  const message = (expected: string) =>
    new Promise<void>((resolve, reject) => {
      thread.on("message", (text) => text === expected && resolve());
      death.then(reject);
    });
  const ready = message("ready");
  await ready.catch((error) => {
    stopping = true;
    throw error;
  });
  return {
    host,
    async stop() {
      if (died) return;
      stopping = true;
      const closed = message("closed").catch(() => undefined);
      thread.postMessage("close");
      await closed;
      await thread.terminate();
    },
  };
}
