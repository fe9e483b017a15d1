import { rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { openDatabase } from "../../db/openDatabase.ts";
import { filesPlace, storagePlace } from "../program/env.ts";
import { readProgramVersion } from "../program/programVersion.ts";
import { pack } from "./archive.ts";
import { askServer } from "./controlSocket.ts";
import { stageBackup } from "./stageBackup.ts";

async function stageOffline(dataDir: string): Promise<string> {
  const database = await openDatabase({ dataDir, url: null }, (error) => {
    throw error;
  });
  try {
    return await stageBackup(database, dataDir, readProgramVersion());
  } finally {
    await database.close();
  }
}

export interface MadeBackup {
  file: string;
  bytes: number;
  /** Where files of runs are that are not in it; null: nowhere else. */
  elsewhere: string | null;
}

/**
 * Writes a backup of the data folder, while the server runs or not.
 * @throws Failure CONFLICT where the database is an external one
 */
export async function makeBackup(to: string): Promise<MadeBackup> {
  // A backup holds all that the data folder does: it is for this user's eyes alone.
  process.umask(0o077);
  const { dataDir, databaseUrl } = storagePlace();
  if (databaseUrl !== null)
    throw new Failure(
      "CONFLICT",
      `The database is an external Postgres (DATABASE_URL). Back it up with: pg_dump --format=custom --file=FILE "$DATABASE_URL", and then copy ${dataDir}/artefacts, or wherever COLLAPSAR_ARTEFACTS_DIR or COLLAPSAR_S3_… say that files of runs are: in this order, even while runs are training.`,
    );
  const place = filesPlace();
  const elsewhere = place.kind === "s3" ? `the bucket ${place.bucket}/${place.prefix}` : place.isOwn ? null : place.folder;
  const file = resolve(to);
  const stage = (await askServer(dataDir, "backup"))?.folder ?? (await stageOffline(dataDir));
  try {
    await pack(stage, file);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  return { file, bytes: statSync(file).size, elsewhere };
}

/** What is said of one that was made. */
export const backupLines = ({ file, bytes, elsewhere }: MadeBackup): string[] => [
  `${file}: ${(bytes / 1e6).toFixed(1)} MB`,
  ...(elsewhere === null ? [] : [`The files of runs are not in it: copy ${elsewhere} too.`]),
];
