/** Puts a backup into a data folder: npm run restore -- --from FILE.tar.gz [--replace] */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Failure } from "../../contract/failure.ts";
import { closeToOthers } from "../../db/closeToOthers.ts";
import { lockFolder } from "../../db/lockFolder.ts";
import { storagePlace } from "../program/env.ts";
import { unpack } from "./archive.ts";

const parts = ["database", "artefacts"];

/** Into the folder as a whole or not at all; what was there stays beside it under another name. */
async function restore(file: string, dataDir: string, replace: boolean): Promise<void> {
  const present = parts.filter((name) => existsSync(join(dataDir, name)));
  if (present.includes("database") && !replace)
    throw new Failure(
      "CONFLICT",
      `${dataDir} already holds a database. Choose another folder with COLLAPSAR_DATA_DIR, or add --replace: the existing one is kept next to it under another name.`,
    );
  const stage = mkdtempSync(join(dataDir, "restore-"));
  try {
    const { at, program } = await unpack(file, stage);
    for (const name of parts) closeToOthers(join(stage, name));
    const aside = `before-restore-${new Date().toISOString().replace(/[:.]/g, "-")}`;
    if (present.length > 0) mkdirSync(join(dataDir, aside), { mode: 0o700 });
    for (const name of present) renameSync(join(dataDir, name), join(dataDir, aside, name));
    for (const name of parts) renameSync(join(stage, name), join(dataDir, name));
    console.log(`${dataDir} holds the backup of ${at} (Collapsar ${program}).`);
    if (present.length > 0) console.log(`What was there before is in ${join(dataDir, aside)}.`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

// As in the backup: what is restored is for this user's eyes alone.
process.umask(0o077);
try {
  const { values } = parseArgs({ options: { from: { type: "string" }, replace: { type: "boolean", default: false } } });
  if (!values.from) throw new Failure("INVALID", "--from is missing: npm run restore -- --from FILE.tar.gz");
  const file = resolve(values.from);
  const { dataDir, databaseUrl } = storagePlace();
  if (databaseUrl !== null)
    throw new Failure(
      "CONFLICT",
      `The database is an external Postgres (DATABASE_URL). While the server is stopped, restore it into an empty database, pg_restore --exit-on-error --dbname=NEW_DATABASE_URL FILE, put the files of runs into ${dataDir}/artefacts, and start the server with DATABASE_URL=NEW_DATABASE_URL.`,
    );
  const unlock = await lockFolder(dataDir, (error) => {
    throw error;
  });
  await restore(file, dataDir, values.replace).finally(unlock);
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(1);
}
