import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Database } from "../../db/database.ts";

/** What a backup says of itself, in its file `collapsar-backup.json`. */
export interface BackupManifest {
  kind: "collapsar-backup";
  version: 1;
  /** ISO time, of the server's clock. */
  at: string;
  program: string;
}
export const manifestName = "collapsar-backup.json";
const stagePrefix = "backup-";

/**
 * Lays out a backup beside the data while runs go on: the rows as of one moment, then the files of runs, of which each is written
 * once and never changed. Ingest waits for the copy of the rows alone.
 * @returns the folder, to be packed and removed
 */
export async function stageBackup(database: Database, dataDir: string, program: string): Promise<string> {
  removeStages(dataDir);
  const stage = mkdtempSync(join(dataDir, stagePrefix));
  try {
    await database.copyTo(join(stage, "database"));
    linkTree(join(dataDir, "artefacts"), join(stage, "artefacts"));
    const manifest: BackupManifest = { kind: "collapsar-backup", version: 1, at: new Date().toISOString(), program };
    writeFileSync(join(stage, manifestName), JSON.stringify(manifest));
    return stage;
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    throw error;
  }
}

/** What a backup that was broken off left behind. */
export function removeStages(dataDir: string): void {
  for (const name of readdirSync(dataDir))
    if (name.startsWith(stagePrefix)) rmSync(join(dataDir, name), { recursive: true, force: true });
}

/** A second name for each file, where the file system has that, costs neither time nor room. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 });
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    try {
      if (entry.isDirectory()) linkTree(source, target);
      else if (entry.isFile() && !entry.name.endsWith(".part")) linkOrCopy(source, target);
    } catch (error) {
      // Removed in the meantime, with its run or by a newer one.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw error;
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
  }
}
