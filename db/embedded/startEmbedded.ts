import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { closeToOthers } from "../closeToOthers.ts";

const socketName = ".s.PGSQL.5432";
const longestSocketPath = 100;

export interface Embedded {
  /** Directory of the Unix socket, private to this user: what `pg` takes as host. */
  host: string;
  stop(): Promise<void>;
}

/**
 * Starts Postgres in a worker thread on the rows in `folder`, which is made if need be; the caller holds the folder's lock.
 * @param onDeath is called if the thread ends by itself
 */
export async function startEmbedded(folder: string, onDeath: (error: Error) => void): Promise<Embedded> {
  if (!existsSync(folder)) await makeDatabase(folder);
  // A folder that another program made, or a volume, may be open to everyone.
  closeToOthers(folder);
  const host = makeSocketFolder(folder);
  const thread = new DatabaseThread({ folder, socketPath: join(host, socketName) });
  thread.death.then((error) => {
    rmSync(host, { recursive: true, force: true });
    if (!thread.stopping) onDeath(error);
  });
  await thread.hear("ready");
  return {
    host,
    async stop() {
      thread.stopping = true;
      const closed = thread.hear("closed").catch(() => undefined);
      thread.tell("close");
      await closed;
      await thread.end();
    },
  };
}

/** Under another name until it is whole: a server that is killed meanwhile leaves no half of a database. */
async function makeDatabase(folder: string): Promise<void> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  closeToOthers(unfinished);
  const thread = new DatabaseThread({ folder: unfinished, socketPath: null });
  await thread.hear("made");
  await thread.end();
  renameSync(unfinished, folder);
}

/** Beside the rows, for this user's eyes alone; in the system's folder if the path is longer than a socket's may be. */
function makeSocketFolder(folder: string): string {
  const beside = join(folder, "..", "socket");
  if (join(beside, socketName).length > longestSocketPath) return mkdtempSync(join(tmpdir(), "collapsar-"));
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { mode: 0o700 });
  return beside;
}

class DatabaseThread {
  stopping = false;
  /** Why it ended, once it has. */
  readonly death: Promise<Error>;
  private readonly worker: Worker;

  constructor(data: { folder: string; socketPath: string | null }) {
    this.worker = new Worker(new URL("./pgliteThread.ts", import.meta.url), { workerData: data });
    this.death = new Promise((resolve) => {
      this.worker.once("error", (error) => resolve(error instanceof Error ? error : new Error(String(error))));
      this.worker.once("exit", (code) => resolve(new Error(`the embedded database ended with code ${code}`)));
    });
  }

  tell(message: string): void {
    this.worker.postMessage(message);
  }

  /** Resolves when the thread says this; rejects if it ends instead. */
  async hear(expected: string): Promise<void> {
    const said = new Promise<null>((resolve) => {
      this.worker.on("message", (text) => text === expected && resolve(null));
    });
    const error = await Promise.race([said, this.death]);
    if (!error) return;
    this.stopping = true;
    throw error;
  }

  async end(): Promise<void> {
    this.stopping = true;
    await this.worker.terminate();
  }
}
