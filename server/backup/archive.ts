import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../../contract/failure.ts";
import { type BackupManifest, manifestName } from "./stageBackup.ts";

const run = promisify(execFile);

/** Packs a folder into a .tar.gz, under another name until it is whole. @throws Failure with what tar said */
export async function pack(folder: string, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await run("tar", ["-czf", part, "-C", folder, "."], { maxBuffer: 1e7 });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw new Failure("INVALID", `${file} could not be written: ${said(error)}`);
  }
}

/** Unpacks a backup into an empty folder. @throws Failure INVALID if it is none, or damaged */
export async function unpack(file: string, folder: string): Promise<BackupManifest> {
  try {
    await run("tar", ["-xzf", file, "-C", folder, "--no-same-owner", "--no-same-permissions"], { maxBuffer: 1e7 });
  } catch (error) {
    throw new Failure("INVALID", `${file} could not be read: ${said(error)}`);
  }
  refuseOdd(file, folder);
  const about = readManifest(join(folder, manifestName));
  if (about?.kind !== "collapsar-backup" || !existsSync(join(folder, "database", "PG_VERSION")))
    throw new Failure("INVALID", `${file} is not a Collapsar backup.`);
  if (about.version !== 1)
    throw new Failure("INVALID", `${file} was made by a newer Collapsar (${about.program}): restore it with that version.`);
  return about;
}

/** What a link points to would be taken for a run's file, and read by whoever may read that. @throws Failure INVALID */
function refuseOdd(file: string, folder: string): void {
  const odd = readdirSync(folder, { recursive: true, withFileTypes: true }).find(
    (entry) => !entry.isFile() && !entry.isDirectory(),
  );
  if (odd)
    throw new Failure(
      "INVALID",
      `${file} is not a Collapsar backup, or was changed: "${relative(folder, join(odd.parentPath, odd.name))}" is neither a file nor a folder.`,
    );
}

function readManifest(path: string): BackupManifest | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as BackupManifest | null;
  } catch {
    return null;
  }
}

const said = (error: unknown) => {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr?.trim() || message).split("\n").slice(0, 3).join("; ");
};
