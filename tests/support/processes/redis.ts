import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { freePort } from "./postgres.ts";

/** Whether this machine has a Redis server. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** A real Redis that keeps nothing, on a port that outlives its lives. */
export class TestRedis {
  readonly url: string;
  private readonly port: number;
  private child: ChildProcess | null = null;

  private constructor(port: number) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(): Promise<TestRedis> {
    const redis = new TestRedis(await freePort());
    await redis.again();
    return redis;
  }

  async again(): Promise<void> {
    const args = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"];
    const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "ignore"] });
    this.child = child;
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (text: Buffer) => {
        said += text;
        if (said.includes("Ready to accept connections")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`redis-server ended with code ${code}: ${said}`)));
    });
  }

  /** SIGKILL; its port is free then. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}
