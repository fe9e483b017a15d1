import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { closeToOthers } from "../closeToOthers.ts";

const socketName = ".s.PGSQL.5432";
const maxSocketPathLength = 100;

export interface Embedded {
  /** Directory of the Unix socket, private to this user: what `pg` takes as host. */
  host: string;
  /** Copies the rows' files as of now, while others wait. @throws if the disk refuses */
  copyTo(folder: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts Postgres in a worker thread on the rows in `folder`, which is made if need be; the caller holds the folder's lock.
 * @param durable each commit is forced to the disk before it is answered: it survives a power cut too
 * @param onDeath is called if the thread ends by itself
 */
export async function startEmbedded(folder: string, durable: boolean, onDeath: (error: Error) => void): Promise<Embedded> {
  if (!existsSync(folder)) await makeDatabase(folder);
  // A folder that another program made, or a volume, may be open to everyone.
  closeToOthers(folder);
  const host = makeSocketFolder(folder);
  const thread = new DatabaseThread({ folder, socketPath: join(host, socketName), durable });
  thread.death.then((error) => {
    rmSync(host, { recursive: true, force: true });
    if (!thread.stopping) onDeath(error);
  });
  await thread.hear("ready");
  return {
    host,
    copyTo: (target) => thread.copyTo(target),
    async stop() {
      thread.stopping = true;
      const closed = thread.hear("closed").catch(() => undefined);
      thread.post("close");
      await closed;
      await thread.end();
    },
  };
}

/** Under another name until it is complete: a server killed in between leaves no half-made database. */
async function makeDatabase(folder: string): Promise<void> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  closeToOthers(unfinished);
  const thread = new DatabaseThread({ folder: unfinished, socketPath: null, durable: false });
  await thread.hear("made");
  await thread.end();
  renameSync(unfinished, folder);
}

/** Beside the rows, for this user's eyes alone; in the system's folder if the path is longer than a socket's may be. */
function makeSocketFolder(folder: string): string {
  const beside = join(folder, "..", "socket");
  if (join(beside, socketName).length > maxSocketPathLength) return mkdtempSync(join(tmpdir(), "collapsar-"));
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { mode: 0o700 });
  return beside;
}

class DatabaseThread {
  stopping = false;
  /** Why it ended, once it has. */
  readonly death: Promise<Error>;
  private readonly worker: Worker;

  constructor(data: { folder: string; socketPath: string | null; durable: boolean }) {
    this.worker = new Worker(new URL("./pgliteThread.ts", import.meta.url), { workerData: data });
    this.death = new Promise((resolve) => {
      this.worker.once("error", (error) => resolve(error instanceof Error ? error : new Error(String(error))));
      this.worker.once("exit", (code) => resolve(new Error(`the embedded database ended with code ${code}`)));
    });
  }

  post(message: "close"): void {
    this.worker.postMessage(message);
  }

  async copyTo(copyTo: string): Promise<void> {
    const copied = new Promise<string | null>((resolve) => {
      const waitFor = (message: { copied?: string; trouble: string | null }) => {
        if (message?.copied !== copyTo) return;
        this.worker.off("message", waitFor);
        resolve(message.trouble);
      };
      this.worker.on("message", waitFor);
    });
    this.worker.postMessage({ copyTo });
    const trouble = await Promise.race([copied, this.death.then((error) => error.message)]);
    if (trouble !== null) throw new Error(trouble);
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
