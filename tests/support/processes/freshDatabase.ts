import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { openDatabase } from "../../../db/openDatabase.ts";

const root = resolve(import.meta.dirname, "../../..");
const migrations = resolve(root, "db/migrations");

/**
 * Puts an embedded database with its tables and nothing in them into a data folder. Making one takes some seconds of computing, so
 * one is kept in the system's folder for temporary files and copied; a change of the migrations makes a new one.
 */
export async function copyFreshDatabase(dataDir: string): Promise<void> {
  const hash = createHash("sha256").update(readFileSync(join(root, "node_modules/@electric-sql/pglite/package.json")));
  for (const file of readdirSync(migrations).filter((name) => name.endsWith(".sql")))
    hash.update(readFileSync(join(migrations, file)));
  const kept = join(tmpdir(), `collapsar-fresh-database-${userInfo().uid}-${hash.digest("hex").slice(0, 16)}`);
  if (!existsSync(kept)) await makeDatabase(kept);
  cpSync(kept, join(dataDir, "database"), { recursive: true });
}

async function makeDatabase(kept: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  const database = await openDatabase({ dataDir: folder, url: null }, (error) => {
    throw error;
  });
  await database.close();
  try {
    renameSync(join(folder, "database"), kept);
  } catch (error) {
    if (!existsSync(kept)) throw error; // another test was faster
  }
  rmSync(folder, { recursive: true, force: true });
}
