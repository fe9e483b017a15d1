import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { runConfig } from "../../contract/config/runConfig.ts";
import { clearForFile, ensureFolder, setAside } from "../files/setAside.ts";
import { type Checkpoint, checkpointHash, formatCheckpoint, parseCheckpoint } from "./checkpointFile.ts";

/** Kept while a run trains: should the newest be damaged, the one before it is used. */
const keptAtLeast = 2;

/** Steps of the checkpoints in a folder, newest first. */
function stepsIn(folder: string): number[] {
  return readdirSync(folder)
    .map((name) => /^(\d+)\.ckpt$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
}

const fileOf = (folder: string, step: number) => join(folder, `${step}.ckpt`);

/** The checkpoints in a folder, newest first. */
export const newestCheckpoints = (folder: string): { step: number; path: string }[] =>
  existsSync(folder) ? stepsIn(folder).map((step) => ({ step, path: fileOf(folder, step) })) : [];

/**
 * Writes a checkpoint under a temporary name, waits for the disk, renames it, and keeps the newest ones: two, or more if asked, and the
 * one up to which the server is known to have everything, which an attempt may have to resume from after an interruption.
 * @throws when the disk refuses; the older ones are still there then
 */
export function writeCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  { keep = keptAtLeast, storedStep = null }: { keep?: number; storedStep?: number | null } = {},
): { hash: string; bytes: number } {
  ensureFolder(folder);
  const bytes = formatCheckpoint(checkpoint);
  const path = fileOf(folder, checkpoint.step);
  const temporary = `${path}.part`;
  for (const name of [path, temporary]) clearForFile(name);
  const file = openSync(temporary, "w");
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncFolder(folder);
  for (const step of stepsIn(folder).slice(Math.max(keptAtLeast, keep)))
    if (step !== storedStep) rmSync(fileOf(folder, step), { recursive: true, force: true });
  return { hash: checkpointHash(bytes), bytes: bytes.length };
}

/** The newest intact checkpoint of this config; null if there is none. Others are logged and set aside. */
export function newestCheckpoint(folder: string, config: string, log: (text: string) => void): Checkpoint | null {
  const other = ensureFolder(folder);
  if (other) log(`The checkpoint folder's place was taken by something else, which was set aside as ${other}.`);
  for (const step of stepsIn(folder)) {
    try {
      const checkpoint = parseCheckpoint(readFileSync(fileOf(folder, step)));
      if (isSameConfig(checkpoint.config, config)) return checkpoint;
      log(`The checkpoint of step ${step} belongs to another config and is not used.${asideText(fileOf(folder, step))}`);
    } catch (error) {
      const why = (error as Error).message;
      log(`The checkpoint of step ${step} is not used: ${why}. The one before it is tried.${asideText(fileOf(folder, step))}`);
    }
  }
  return null;
}

function asideText(path: string): string {
  try {
    return ` It is set aside as ${setAside(path)}.`;
  } catch (error) {
    return ` It stays where it is: ${(error as Error).message}.`;
  }
}

/** A version that writes a config with more fields than one before it means the same by their defaults. */
function isSameConfig(one: string, other: string): boolean {
  if (one === other) return true;
  const [first, second] = [one, other].map((text) => runConfig.safeParse(JSON.parse(text)).data);
  return first !== undefined && isDeepStrictEqual(first, second);
}

/** Removes a run's folder of checkpoints: it has ended well, or begins again. */
export function removeCheckpoints(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Removes those after a step, also half-written ones. */
export function removeCheckpointsAfter(folder: string, step: number): void {
  for (const name of namesIn(folder))
    if (/^\d+\./.test(name) && Number.parseInt(name, 10) > step) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Names in a folder; none where it is not there, or is something else. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** So that the new name survives a power cut. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
