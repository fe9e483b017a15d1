import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { FailureCode } from "../../../contract/failure.ts";
import type { InputOf, OutputOf, Procedure } from "../client/procedures.ts";
import { copyFreshDatabase } from "./freshDatabase.ts";
import { freePort } from "./postgres.ts";

export const projectRoot = resolve(import.meta.dirname, "../../..");

export interface ServerOptions {
  /** Folder of the server's data; a new one by default, removed at the end. */
  dataDir?: string;
  /** Address of an external Postgres; without it the embedded one. */
  databaseUrl?: string | null;
  port?: number;
  /** Whether it starts its own worker; off by default. */
  localWorker?: boolean;
  /** Whether it serves pages (from a build, which it makes if need be); off by default. */
  pages?: boolean;
  /** Whether it lets every local request in; on by default, unless an access key is given in `env`. */
  singleUser?: boolean;
  env?: Record<string, string>;
  /** Told of the server as soon as its process runs, before it is ready. */
  onSpawn?: (server: TestServer) => void;
}

export interface CallOptions {
  share?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** What follows a procedure's address: its input, which some can do without, and options. */
export type CallArguments<P extends Procedure> =
  undefined extends InputOf<P> ? [input?: InputOf<P>, options?: CallOptions] : [input: InputOf<P>, options?: CallOptions];

/** A procedure's refusal. */
export class CallError extends Error {
  readonly code: FailureCode;
  readonly status: number;

  constructor(code: FailureCode, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A real server in a process of its own. */
export class TestServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  private readonly child: ChildProcess;
  private readonly options: ServerOptions;
  private readonly log: string[];
  private cookie: string | null = null;

  private constructor(child: ChildProcess, port: number, dataDir: string, options: ServerOptions, log: string[]) {
    this.child = child;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.dataDir = dataDir;
    this.options = options;
    this.log = log;
  }

  /** @throws with the server's output if it ends instead of getting ready */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const port = options.port ?? (await freePort());
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "collapsar-test-"));
    if (!options.databaseUrl && !existsSync(join(dataDir, "database"))) await copyFreshDatabase(dataDir);
    const { DATABASE_URL: _url, COLLAPSAR_ACCESS_KEY: _key, COLLAPSAR_HOST: _host, ...inherited } = process.env;
    const child = spawn(process.execPath, ["server/main.ts", ...(options.pages ? [] : ["--no-pages"])], {
      cwd: projectRoot,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...inherited,
        COLLAPSAR_DATA_DIR: dataDir,
        COLLAPSAR_PORT: String(port),
        COLLAPSAR_LOCAL_WORKER: options.localWorker ? "on" : "off",
        COLLAPSAR_SINGLE_USER: (options.singleUser ?? !options.env?.COLLAPSAR_ACCESS_KEY) ? "1" : "0",
        // Each server of a test's has a data folder of its own, also where it is the next one on a database.
        ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl, COLLAPSAR_ARTEFACTS_ADOPT: "1" } : {}),
        ...options.env,
      },
    });
    const log: string[] = [];
    const server = new TestServer(child, port, dataDir, options, log);
    options.onSpawn?.(server);
    if (process.env.SERVER_LOG) child.stderr.pipe(process.stderr);
    await new Promise<void>((ready, reject) => {
      const hear = (text: Buffer) => {
        log.push(text.toString());
        if (server.output.includes("Collapsar is ready at")) ready();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("exit", (code) => reject(new Error(`the server ended with code ${code}: ${server.output}`)));
    });
    return server;
  }

  /** All it has printed. */
  get output(): string {
    return this.log.join("");
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Calls a procedure, as a page does. @throws CallError */
  async call<P extends Procedure>(procedure: P, ...[input, options]: CallArguments<P>): Promise<OutputOf<P>> {
    return (await this.callAny(procedure, input, options)) as OutputOf<P>;
  }

  /** Calls whatever address with whatever input: what no page would send. @throws CallError */
  async callAny(procedure: string, input?: unknown, options: CallOptions = {}): Promise<unknown> {
    const headers = { ...(this.cookie === null ? {} : { cookie: this.cookie }), ...options.headers };
    return callAnyProcedure(this.url, procedure, input, { ...options, headers });
  }

  /** The link that it printed when it started. */
  get printedLink(): string {
    return /ready at (\S+)/.exec(this.output)![1];
  }

  /** The key that it was given, or made for itself. */
  get keptKey(): string {
    const given = this.options.env?.COLLAPSAR_ACCESS_KEY;
    if (given) return given;
    return readFileSync(join(this.dataDir, "access-key"), "utf8").trim();
  }

  /** Lets this end's calls in by the kept key. @returns the cookie */
  async signIn(): Promise<string> {
    const body = new URLSearchParams({ key: this.keptKey });
    const response = await fetch(`${this.url}/enter`, { method: "POST", body, redirect: "manual" });
    this.cookie = response.headers.get("set-cookie")!.split(";")[0];
    return this.cookie;
  }

  /** Tells when it ends by itself. */
  onExit(listener: (code: number | string | null) => void): void {
    this.child.removeAllListeners("exit").once("exit", (code, signal) => listener(signal ?? code));
  }

  /** Closes the pipes that its output is read from: each further write of the server's fails. */
  stopReading(): void {
    this.child.stdout!.destroy();
    this.child.stderr!.destroy();
  }

  /** SIGKILL: nothing is tidied up, the data folder stays. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Stops it as Ctrl+C does, and removes its data folder if it was its own. */
  async stop(): Promise<void> {
    await this.end("SIGINT");
    if (this.options.dataDir === undefined) rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Ctrl+C; the code that it ends with. */
  async interrupt(): Promise<number | null> {
    await this.end("SIGINT");
    return this.child.exitCode;
  }

  /** Sends a signal and waits for the end; the code that it ends with, null if the signal killed it. */
  async signal(signal: NodeJS.Signals): Promise<number | null> {
    await this.end(signal);
    return this.child.exitCode;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill(signal);
    await ended;
  }
}

/** Calls a procedure of the server at an address, as a page does. @throws CallError */
export async function callProcedure<P extends Procedure>(
  url: string,
  procedure: P,
  input?: InputOf<P>,
  options: CallOptions = {},
): Promise<OutputOf<P>> {
  return (await callAnyProcedure(url, procedure, input, options)) as OutputOf<P>;
}

/** Calls whatever address with whatever input: what no page would send. @throws CallError */
export async function callAnyProcedure(
  url: string,
  procedure: string,
  input: unknown,
  options: CallOptions = {},
): Promise<unknown> {
  const isQuery = queries.has(procedure);
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${url}/trpc/${procedure}${isQuery ? query : ""}`, {
    method: isQuery ? "GET" : "POST",
    headers: {
      "content-type": "application/json",
      ...(options.share === undefined ? {} : { "x-share-token": options.share }),
      ...options.headers,
    },
    body: isQuery ? undefined : JSON.stringify(input ?? {}),
    signal: options.signal,
  });
  const answer = (await response.json()) as {
    result?: { data: unknown };
    error?: { message: string; data: { failure: { code: FailureCode } } };
  };
  if (answer.error) throw new CallError(answer.error.data.failure.code, response.status, answer.error.message);
  return answer.result!.data;
}

/** Procedures that are asked with GET; all others change something. */
const queries = new Set([
  ...["list", "get", "estimate", "series", "profile"].map((name) => `experiments.${name}`),
  ...["get", "log", "geometry", "series"].map((name) => `runs.${name}`),
  ...[
    "about.program",
    "about.storage",
    "about.watchedFolder",
    "workers.list",
    "workers.tokens",
    "launchers.list",
    "shares.list",
    "shared.open",
  ],
  ...["account.me", "account.sessions", "account.tokens", "people.list"],
]);
