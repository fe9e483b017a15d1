import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";

/** Node 22 of this project: the worker's programs run as they are written. */
export const node = new URL("../../../node_modules/.bin/node", import.meta.url).pathname;
export const scriptedWorker = new URL("./scriptedWorker.ts", import.meta.url).pathname;
export const realWorker = new URL("../../../workers/main.ts", import.meta.url).pathname;

export const makeFolder = (): string => mkdtempSync(join(tmpdir(), "collapsar-worker-"));
export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true });

/** A worker in a process of its own, with what it printed. */
export class WorkerProcess {
  output = "";
  exit: { code: number | null; signal: string | null } | null = null;
  readonly child: ChildProcess;
  readonly exited: Promise<void>;

  constructor(
    program: string,
    dataDir: string,
    server: string,
    token: string,
    flags: string[] = [],
    environment: Record<string, string> = {},
  ) {
    this.child = spawn(node, [program, "--server", server, "--data", dataDir, ...flags], {
      env: { ...process.env, COLLAPSAR_WORKER_TOKEN: token, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    this.exited = new Promise((resolve) => {
      this.child.once("close", (code, signal) => {
        this.exit = { code, signal };
        resolve();
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<void> {
    if (!this.exit) this.kill("SIGCONT");
    if (!this.exit) this.kill("SIGTERM");
    await this.exited;
  }
}

export const spoolFiles = (dataDir: string): string[] => {
  const folder = join(dataDir, "worker", "spool");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
};

/** Processes of runs that are alive under an agent: its children. */
export function runProcesses(worker: WorkerProcess): number[] {
  const pid = worker.child.pid!;
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return list === "" ? [] : list.split(" ").map(Number);
}

export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * How many times longer things may take because the machine has more to do than cores: by what runs at this moment, and, where the
 * system does not tell that or it has just ended, by the last minute.
 */
export function slowness(): number {
  const cores = availableParallelism();
  return Math.max(1, loadavg()[0] / cores - 1, runnable() / cores);
}

/** Processes that run or could; 0 where the system does not tell. */
function runnable(): number {
  try {
    return Number.parseInt(readFileSync("/proc/loadavg", "utf8").split(" ")[3], 10);
  } catch {
    return 0;
  }
}
