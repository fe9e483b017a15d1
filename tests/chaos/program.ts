import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, readdirSync, readFileSync, readlinkSync, type WriteStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProgramSetup {
  name: string;
  /** Command and arguments. */
  command: [string, ...string[]];
  env: Record<string, string | undefined>;
  log: string;
  user?: { uid: number; gid: number };
  cwd?: string;
}

/** Promised are 10 s; the machine has more to do. */
const stopWithinMs = 30_000;

/**
 * A program that is kept alive as a service manager does: it is started again whenever it ends, unless it is to be down.
 */
export class Program {
  readonly name: string;
  starts = 0;
  /** Ends that nobody asked for: code or signal. */
  readonly surprises: string[] = [];
  private readonly setup: ProgramSetup;
  private readonly log: WriteStream;
  private child: ChildProcess | null = null;
  private wanted = false;
  private expected = false;
  private generation = 0;

  constructor(setup: ProgramSetup) {
    this.setup = setup;
    this.name = setup.name;
    this.log = createWriteStream(setup.log, { flags: "a" });
  }

  get pid(): number | null {
    const { child } = this;
    return child && child.exitCode === null && child.signalCode === null ? child.pid! : null;
  }

  start(): void {
    this.wanted = true;
    if (this.pid !== null) return;
    const generation = ++this.generation;
    this.starts++;
    this.expected = false;
    const { command, env, user, cwd } = this.setup;
    this.log.write(`--- start ${this.starts} at ${new Date().toISOString()}\n`);
    const child = spawn(command[0], command.slice(1), {
      env: { ...process.env, ...env },
      cwd,
      ...user,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => this.log.write(text));
    child.once("exit", (code, signal) => {
      this.log.write(`--- ended with ${signal ?? code} at ${new Date().toISOString()}\n`);
      if (!this.expected) this.surprises.push(`${this.name}: ${signal ?? `code ${code}`}`);
      void this.restart(generation);
    });
  }

  /** A signal after which it ends, at once or soon. */
  end(signal: NodeJS.Signals): void {
    this.expected = true;
    this.kill(signal);
  }

  kill(signal: NodeJS.Signals): void {
    if (this.pid !== null) process.kill(this.pid, signal);
  }

  /** It stays down until `start`. */
  async down(signal: NodeJS.Signals): Promise<void> {
    this.wanted = false;
    const { child } = this;
    if (this.pid === null || !child) return;
    const gone = new Promise<true>((resolve) => child.once("exit", () => resolve(true)));
    this.end(signal);
    this.kill("SIGCONT");
    if (await Promise.race([gone, sleep(stopWithinMs)])) return;
    this.surprises.push(`${this.name} had not ended ${stopWithinMs / 1000} s after ${signal}`);
    this.kill("SIGKILL");
    await gone;
  }

  /** Processes it has started, and theirs. */
  get descendants(): number[] {
    return this.pid === null ? [] : childrenOf(this.pid);
  }

  private async restart(generation: number): Promise<void> {
    await sleep(500);
    if (this.wanted && generation === this.generation) this.start();
  }
}

export function childrenOf(pid: number): number[] {
  try {
    const own = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    const pids = own === "" ? [] : own.split(" ").map(Number);
    return [...pids, ...pids.flatMap(childrenOf)];
  } catch {
    return [];
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {} // it has ended meanwhile
}

/** Processes that carry this value of CHAOS_ID in their environment. */
export function processesOf(id: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, "latin1").includes(`CHAOS_ID=${id}\0`) && !isZombie(name);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const isZombie = (pid: string) => /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

/** Resident memory, bytes. */
export function memoryOf(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Sockets a process holds; its other files are the database's. */
export function openSockets(pid: number): number {
  const isSocket = (descriptor: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith("socket:");
    } catch {
      return false;
    }
  };
  return readdirSync(`/proc/${pid}/fd`).filter(isSocket).length;
}
