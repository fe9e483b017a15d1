import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./postgres.ts";
import { node } from "./workerProcess.ts";

const program = new URL("./s3Program.ts", import.meta.url).pathname;
const bucket = "studies";
const [key, secret] = ["AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"];

/** A real S3-compatible store in a process of its own, with one bucket. */
export class S3Store {
  readonly folder = mkdtempSync(join(tmpdir(), "collapsar-s3-"));
  private readonly port: number;
  private child: ChildProcess | null = null;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<S3Store> {
    const store = new S3Store(await freePort());
    await store.again();
    return store;
  }

  async again(): Promise<void> {
    const child = spawn(node, [program, this.folder, String(this.port), bucket, key, secret], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`the store ended with code ${code}`)));
    });
  }

  /** SIGKILL: nothing answers there any more. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** From now on it answers nothing ("hang"), with a status alone, or as it should (null). */
  fail(how: "hang" | "503" | "507" | null): void {
    if (how === null) rmSync(join(this.folder, "fault"), { force: true });
    else writeFileSync(join(this.folder, "fault"), how);
  }

  get settings() {
    return {
      endpoint: `http://127.0.0.1:${this.port}`,
      bucket,
      region: "us-east-1",
      prefix: "lab/",
      credentials: { accessKeyId: key, secretAccessKey: secret },
    };
  }

  /** What makes a server keep its files here. */
  get env(): Record<string, string> {
    return {
      COLLAPSAR_S3_ENDPOINT: this.settings.endpoint,
      COLLAPSAR_S3_BUCKET: bucket,
      COLLAPSAR_S3_PREFIX: "lab",
      COLLAPSAR_S3_ACCESS_KEY_ID: key,
      COLLAPSAR_S3_SECRET_ACCESS_KEY: secret,
    };
  }

  keys(): string[] {
    return readdirSync(join(this.folder, "objects")).map(decodeURIComponent).sort();
  }

  /** Where an object's bytes lie. */
  fileOf(objectKey: string): string {
    return join(this.folder, "objects", encodeURIComponent(objectKey).replaceAll(".", "%2E"));
  }

  uploads(): string[] {
    return readdirSync(join(this.folder, "uploads"));
  }
}
