import { type ChildProcess, spawn } from "node:child_process";
import { copyFreshDatabase } from "./freshDatabase.ts";
import { freePort } from "./postgres.ts";
import { makeFolder, node, removeFolder } from "./workerProcess.ts";

const program = new URL("../../../server/main.ts", import.meta.url).pathname;

/** The real server without pages in a process of its own, on a data folder and a port that outlive its lives. */
export class ServerProcess {
  output = "";
  readonly url: string;
  readonly dataDir = makeFolder();
  private readonly localWorker: boolean;
  private readonly environment: Record<string, string>;
  private readonly port: number;
  private child: ChildProcess | null = null;

  private constructor(port: number, localWorker: boolean, environment: Record<string, string>) {
    this.environment = environment;
    this.localWorker = localWorker;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(localWorker = false, environment: Record<string, string> = {}): Promise<ServerProcess> {
    const server = new ServerProcess(await freePort(), localWorker, environment);
    try {
      if (!environment.DATABASE_URL) await copyFreshDatabase(server.dataDir);
      await server.again();
      return server;
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  /** Starts it (again). @returns when it answers */
  async again(): Promise<void> {
    const child = spawn(node, [program, "--no-pages"], {
      env: {
        ...process.env,
        COLLAPSAR_DATA_DIR: this.dataDir,
        COLLAPSAR_PORT: String(this.port),
        COLLAPSAR_SINGLE_USER: "1",
        ...this.environment,
        COLLAPSAR_LOCAL_WORKER: this.localWorker ? "on" : "off",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    for (const deadline = Date.now() + 110_000; ; ) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${this.output}`);
      if (this.output.includes("Collapsar is ready")) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.output = "";
  }

  /** SIGKILL, as a power cut does. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Stops it as a person does; its data folder stays. */
  async pause(): Promise<void> {
    await this.end("SIGTERM");
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    removeFolder(this.dataDir);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await closed;
  }
}
