import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { openSync } from "node:fs";
import { join } from "node:path";
import { workerExit } from "../../contract/workerExit.ts";
import type { Database } from "../../db/database.ts";
import { insertWorkerToken } from "../../db/queries/workers.ts";
import { keptSecret } from "../access/keptSecret.ts";
import { digest } from "../access/secrets.ts";
import { log } from "../log/log.ts";
import { projectRoot, workerEnvironment } from "../program/env.ts";

const slowestRestartMs = 60_000;
const stopMs = 12_000;

/**
 * The worker that comes with the server: the same program as any other, in a process of its own, with a token kept in the data
 * folder. A worker that outlived an earlier, killed server holds its folder and connects by itself; then none is started.
 */
export class LocalWorker {
  private child: ChildProcess | null = null;
  private stopping = false;
  private restart: NodeJS.Timeout | null = null;
  private failures = 0;
  private readonly place: { dataDir: string; url: string; token: string };

  private constructor(place: { dataDir: string; url: string; token: string }) {
    this.place = place;
  }

  static async start(database: Database, dataDir: string, url: string): Promise<LocalWorker> {
    const token = keptSecret(join(dataDir, "worker-token"));
    await insertWorkerToken(database.orm, { id: randomUUID(), name: "this machine", hash: digest(token), local: true });
    const worker = new LocalWorker({ dataDir, url, token });
    worker.spawn();
    return worker;
  }

  /** Asks it to make checkpoints and end; it gets some seconds for that. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.restart) clearTimeout(this.restart);
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
    await ended;
    clearTimeout(timer);
  }

  private spawn(): void {
    const { dataDir, url, token } = this.place;
    const logFile = join(dataDir, "worker.log");
    const output = openSync(logFile, "a", 0o600);
    const args = [join(projectRoot, "workers/main.ts"), "--server", url, "--data", dataDir, "--local"];
    // A group of its own: Ctrl+C in the terminal ends the server, which then asks the worker once.
    const child = spawn(process.execPath, args, {
      cwd: projectRoot,
      detached: true,
      env: workerEnvironment(token),
      stdio: ["ignore", output, output],
    });
    this.child = child;
    const startedAt = performance.now();
    child.once("error", (error) => log.warning(`The local worker could not be started: ${error.message}`));
    child.once("exit", (code) => {
      if (this.stopping || code === workerExit.stopped) return;
      if (code === workerExit.refused) return log.warning(`The local worker was refused; see ${logFile}`);
      this.failures = performance.now() - startedAt > slowestRestartMs ? 1 : this.failures + 1;
      const delayMs = Math.min(slowestRestartMs, 1_000 * 2 ** this.failures);
      if (code !== workerExit.folderTaken)
        log.warning(`The local worker ended (code ${code}); it is started again in ${delayMs / 1_000} s. See ${logFile}`);
      this.restart = setTimeout(() => this.spawn(), delayMs);
    });
  }
}
