import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { closeToOthers } from "../../db/closeToOthers.ts";
import { lockFolder } from "../../db/lockFolder.ts";
import { storagePlace } from "../program/env.ts";
import { unpack } from "./archive.ts";

const parts = ["database", "artefacts"];

export interface RestoredBackup {
  dataDir: string;
  /** When it was made, and by which program. */
  at: string;
  program: string;
  /** Where that is now which was there before; null: nothing was. */
  aside: string | null;
}

/** Into the folder as a whole or not at all; what was there stays beside it under another name. */
async function restore(file: string, dataDir: string, replace: boolean): Promise<RestoredBackup> {
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
    const aside = join(dataDir, `before-restore-${new Date().toISOString().replace(/[:.]/g, "-")}`);
    if (present.length > 0) mkdirSync(aside, { mode: 0o700 });
    for (const name of present) renameSync(join(dataDir, name), join(aside, name));
    for (const name of parts) renameSync(join(stage, name), join(dataDir, name));
    return { dataDir, at, program, aside: present.length > 0 ? aside : null };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/**
 * Puts a backup into the data folder.
 * @param replace whether what is there is moved aside
 * @throws Failure CONFLICT where something is there, a server has the folder, or the database is an external one
 */
export async function restoreBackup(from: string, replace: boolean): Promise<RestoredBackup> {
  // As in the backup: what is restored is for this user's eyes alone.
  process.umask(0o077);
  const file = resolve(from);
  const { dataDir, databaseUrl } = storagePlace();
  if (databaseUrl !== null)
    throw new Failure(
      "CONFLICT",
      `The database is an external Postgres (DATABASE_URL). While the server is stopped, restore it into an empty database, pg_restore --exit-on-error --dbname=NEW_DATABASE_URL FILE, put the files of runs into ${dataDir}/artefacts, and start the server with DATABASE_URL=NEW_DATABASE_URL.`,
    );
  const unlock = await lockFolder(dataDir, (error) => {
    throw error;
  });
  return restore(file, dataDir, replace).finally(unlock);
}

/** What is said of one that was restored. */
export const restoreLines = ({ dataDir, at, program, aside }: RestoredBackup): string[] => [
  `${dataDir} holds the backup of ${at} (Collapsar ${program}).`,
  ...(aside === null ? [] : [`What was there before is in ${aside}.`]),
];
