import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { openDatabase } from "../../../db/openDatabase.ts";
import { freePort } from "./postgres.ts";

const root = resolve(import.meta.dirname, "../../..");
/** What the content of a database depends on that a server has just made. */
const makers = [
  ...["db", "server/recordings", "server/supervisor/runQueue.ts", "tests/support/processes/freshDatabase.ts"],
  ...["@electric-sql/pglite", "pg-boss"].map((name) => `node_modules/${name}/package.json`),
];

/**
 * Puts the embedded database of a server that was started once into a data folder. Making one takes some seconds of computing, so
 * one is kept in the system's folder for temporary files and copied; a change of what makes it makes a new one.
 */
export async function copyFreshDatabase(dataDir: string): Promise<void> {
  const hash = createHash("sha256");
  for (const file of makers.flatMap((name) => filesOf(join(root, name)))) hash.update(readFileSync(file));
  const kept = join(tmpdir(), `collapsar-fresh-database-${userInfo().uid}-${hash.digest("hex").slice(0, 16)}`);
  if (!existsSync(kept)) await makeDatabase(kept);
  cpSync(kept, join(dataDir, "database"), { recursive: true });
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** The real server's first start makes it. */
async function makeDatabase(kept: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  const { DATABASE_URL: _url, COLLAPSAR_HOST: _host, ...inherited } = process.env;
  const server = spawn(process.execPath, ["server/main.ts", "--no-pages"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...inherited,
      COLLAPSAR_DATA_DIR: folder,
      COLLAPSAR_PORT: String(await freePort()),
      COLLAPSAR_LOCAL_WORKER: "off",
      COLLAPSAR_SINGLE_USER: "1",
    },
  });
  let output = "";
  let isReady = false;
  const code = await new Promise((resolve) => {
    for (const stream of [server.stdout, server.stderr])
      stream.on("data", (text: Buffer) => {
        output += text;
        if (isReady || !output.includes("Collapsar is ready at")) return;
        isReady = true;
        server.kill("SIGINT");
      });
    server.once("close", resolve);
  });
  if (code !== 0 || !isReady) throw new Error(`a first server on an empty folder ended with code ${code}: ${output}`);
  // Each copy is a database of its own, whose files are in a place of its own.
  const database = await openDatabase({ dataDir: folder, url: null }, (error) => {
    throw error;
  });
  await database.pool.query("delete from artefact_store");
  await database.close();
  try {
    renameSync(join(folder, "database"), kept);
  } catch (error) {
    if (!existsSync(kept)) throw error; // another test was faster
  }
  rmSync(folder, { recursive: true, force: true });
}
