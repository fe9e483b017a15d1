import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knowPacks } from "../support/builders/knownPacks.ts";
import type { InputOf, OutputOf, Procedure } from "../support/client/procedures.ts";
import { copyFreshDatabase } from "../support/processes/freshDatabase.ts";
import { freePort } from "../support/processes/postgres.ts";
import { CallError, callProcedure } from "../support/processes/server.ts";
import { keepFiles, mountDisk, type SmallDisk, unmountDisk } from "./disk.ts";
import { Line } from "./line.ts";
import { type PostgresProgram, startPostgresProgram } from "./postgresProgram.ts";
import { Program, processesOf, signal } from "./program.ts";
import { knownPacks } from "./studies.ts";

export const leaseMs = 5_000;
const heartbeatMs = 1_000;
const root = new URL("../../", import.meta.url).pathname;
const node = join(root, "node_modules/node/bin/node");

export interface WorldWorker {
  program: Program;
  folder: string;
  ledger: string;
  line: Line;
  clock: string;
  disk: SmallDisk | null;
}

export interface WorldOptions {
  external: boolean;
  workers: number;
  say: (text: string) => void;
}

/** A server, workers and, if asked for, a Postgres, in processes of their own, with lines between them that can fail. */
export class World {
  readonly id = `${process.pid}-${Date.now()}`;
  readonly folder = mkdtempSync(join(tmpdir(), "collapsar-chaos-"));
  readonly workers: WorldWorker[] = [];
  readonly say: (text: string) => void;
  server!: Program;
  serverClock = join(this.folder, "clock-server");
  serverDisk: SmallDisk | null = null;
  postgresDisk: SmallDisk | null = null;
  port = 0;
  postgres: PostgresProgram | null = null;
  databaseLine: Line | null = null;
  /** Studies that persons have launched. */
  readonly experiments: string[] = [];
  /** Runs that persons deleted. */
  readonly deleted = new Set<string>();
  private isStopped = false;
  /** How long a person waits for an answer; less while things are broken. */
  patienceMs = 60_000;
  /** A backup is made or restored. */
  isRestoring = false;
  /** When one was last restored, of this process' clock. */
  restoredAt = 0;
  /** Refusals that persons met, by their text, with their number. */
  readonly refusals = new Map<string, number>();

  private constructor(say: (text: string) => void) {
    this.say = say;
  }

  static async start({ external, workers, say }: WorldOptions): Promise<World> {
    const world = new World(say);
    try {
      await world.startServer(external);
      await world.until("the server answers", () => world.answers(), 180_000);
      const { token } = await world.call("workers.createToken", { name: "chaos" });
      for (let i = 0; i < workers; i++) await world.startWorker(i, token);
      return world;
    } catch (error) {
      await world.stop();
      world.keep();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get dataDir(): string {
    return join(this.folder, "server");
  }

  /** Address of the database, past the line with faults; null: the embedded one. */
  get databaseUrl(): string | null {
    return this.postgres ? `postgres://postgres@127.0.0.1:${this.postgres.port}/postgres` : null;
  }

  /** Calls a procedure as a page does. @throws CallError, or another error if there is no answer */
  async call<P extends Procedure>(procedure: P, input?: InputOf<P>, timeoutMs = this.patienceMs): Promise<OutputOf<P>> {
    try {
      return await callProcedure(this.url, procedure, input, { signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      const text = error instanceof CallError ? `${error.code}: ${error.message}` : `no answer: ${(error as Error).name}`;
      const plain = text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>");
      this.refusals.set(plain, (this.refusals.get(plain) ?? 0) + 1);
      throw error;
    }
  }

  async answers(): Promise<boolean> {
    return this.call("about.program", undefined, 2_000).then(
      () => true,
      () => false,
    );
  }

  async until(what: string, holds: () => Promise<boolean>, withinMs: number): Promise<void> {
    for (const deadline = performance.now() + withinMs; !(await holds()); ) {
      if (performance.now() > deadline) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** All that was broken or stopped is whole and runs. */
  heal(): void {
    for (const worker of this.workers) {
      worker.disk?.free();
      worker.line.heal();
      writeFileSync(worker.clock, "0");
    }
    for (const disk of [this.serverDisk, this.postgresDisk]) disk?.free();
    this.databaseLine?.heal();
    writeFileSync(this.serverClock, "0");
    for (const pid of processesOf(this.id)) signal(pid, "SIGCONT");
    for (const program of this.programs) program.start();
  }

  get programs(): Program[] {
    return [this.postgres?.program, this.server, ...this.workers.map(({ program }) => program)].filter((each) => each != null);
  }

  /** Ends all programs, workers first. @returns processes that were still there some time later, which are killed then */
  async stop(): Promise<number[]> {
    if (this.isStopped) return [];
    this.isStopped = true;
    this.heal();
    await Promise.all(this.workers.map(({ program }) => program.down("SIGTERM")));
    await this.server?.down("SIGTERM");
    await this.postgres?.program.down("SIGINT");
    for (const { line } of this.workers) await line.close();
    await this.databaseLine?.close();
    for (let waits = 0; waits < 25 && processesOf(this.id).length > 0; waits++) await new Promise((go) => setTimeout(go, 200));
    const left = processesOf(this.id);
    for (const pid of left) signal(pid, "SIGKILL");
    return left;
  }

  private get disks(): SmallDisk[] {
    return [this.serverDisk, this.postgresDisk, ...this.workers.map(({ disk }) => disk)].filter((disk) => disk !== null);
  }

  /** Its files stay, for whoever looks for the reason of a failure. */
  keep(): void {
    for (const disk of this.disks) keepFiles(disk);
  }

  remove(): void {
    for (const disk of this.disks) unmountDisk(disk);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startServer(external: boolean): Promise<void> {
    this.port = await freePort();
    mkdirSync(this.dataDir);
    this.serverDisk = mountDisk(this.dataDir, 400);
    if (!external) await copyFreshDatabase(this.dataDir);
    let databaseUrl = "";
    if (external) {
      const folder = join(this.folder, "postgres");
      mkdirSync(folder);
      chmodSync(this.folder, 0o711); // Postgres runs as a user of its own
      this.postgresDisk = mountDisk(folder, 600);
      this.postgres = await startPostgresProgram(folder, this.id, join(this.folder, "postgres.log"));
      this.databaseLine = await Line.open(this.postgres.port);
      databaseUrl = `postgres://postgres@127.0.0.1:${this.databaseLine.port}/postgres`;
    }
    appendFileSync(this.serverClock, "0");
    this.server = new Program({
      name: "server",
      command: [node, join(root, "server/main.ts"), "--no-pages"],
      log: join(this.folder, "server.log"),
      env: {
        ...this.environment(this.serverClock),
        COLLAPSAR_DATA_DIR: this.dataDir,
        COLLAPSAR_PORT: String(this.port),
        COLLAPSAR_LOCAL_WORKER: "off",
        COLLAPSAR_SINGLE_USER: "1",
        COLLAPSAR_HEARTBEAT_MS: String(heartbeatMs),
        COLLAPSAR_LEASE_MS: String(leaseMs),
        COLLAPSAR_RESERVE_MB: "1",
        DATABASE_URL: databaseUrl,
      },
    });
    this.server.start();
  }

  private async startWorker(index: number, token: string): Promise<void> {
    const folder = join(this.folder, `worker-${index}`);
    mkdirSync(folder);
    const [ledger, clock] = ["ledger", "clock"].map((name) => join(this.folder, `${name}-${index}`));
    for (const [file, content] of [
      [ledger, ""],
      [clock, "0"],
    ])
      writeFileSync(file, content);
    const disk = mountDisk(folder, 48);
    knowPacks(folder, knownPacks);
    const line = await Line.open(this.port);
    const name = `worker ${index}`;
    const flags = ["--server", `http://127.0.0.1:${line.port}`, "--data", folder, "--slots", "1", "--name", name];
    const program = new Program({
      name,
      command: [node, join(root, "tests/chaos/worker.ts"), ...flags],
      log: join(this.folder, `worker-${index}.log`),
      env: {
        ...this.environment(clock),
        COLLAPSAR_WORKER_TOKEN: token,
        COLLAPSAR_LEDGER: ledger,
        COLLAPSAR_CHECKPOINT_MS: "1500",
      },
    });
    program.start();
    this.workers.push({ program, folder, ledger, line, clock, disk });
  }

  private environment(clock: string): Record<string, string> {
    const shift = join(root, "tests/chaos/shiftClock.ts");
    return { CHAOS_ID: this.id, CHAOS_CLOCK: clock, NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${shift}` };
  }
}
