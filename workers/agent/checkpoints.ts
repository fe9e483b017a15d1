import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Assignment } from "../../contract/workerProtocol.ts";
import type { AttemptHistory } from "./attemptSpool.ts";

const lastAttemptFile = "last-attempt";
const keptForDays = 30;

/**
 * The run's folder of checkpoints, ready for an attempt. If another worker's attempt started after the last one here, points
 * between its end and the checkpoint may be missing at the server, so the attempt begins anew; so it does if a person asked for that.
 * Checkpoints after the last step whose measurements the server has are of no use either.
 */
export function prepareCheckpoints(
  folder: string,
  assignment: Pick<Assignment, "runId" | "attempt" | "lastStarted" | "fromStart" | "measuredThrough">,
): string {
  const { runId, attempt, fromStart } = assignment;
  const { lastStarted = attempt - 1, measuredThrough = Number.POSITIVE_INFINITY } = assignment;
  const path = join(folder, runId);
  if (fromStart || lastStarted > lastAttempt(path)) rmSync(path, { recursive: true, force: true });
  else removeAfter(path, measuredThrough);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, lastAttemptFile), `${attempt}\n`);
  return path;
}

/** The server refused the rest of an attempt: checkpoints after what it stored would leave a gap in the curve. */
export function dropUnstoredCheckpoints(folder: string, runId: string, history: AttemptHistory, acked: number): void {
  const stored = history.checkpoints.filter(({ seq }) => seq <= acked).map(({ step }) => step);
  const safe = Math.max(history.resumedFromStep ?? Number.POSITIVE_INFINITY, ...stored);
  removeAfter(join(folder, runId), safe);
}

function removeAfter(path: string, step: number): void {
  for (const name of list(path))
    if (/^\d+\./.test(name) && Number.parseInt(name, 10) > step) rmSync(join(path, name), { recursive: true, force: true });
}

/** Nothing of the run is to be gone on with. */
export function removeCheckpoints(folder: string, runId: string): void {
  rmSync(join(folder, runId), { recursive: true, force: true });
}

/** Runs that went on elsewhere or were given up leave theirs behind. @returns how many runs' checkpoints were old and went */
export function removeOldCheckpoints(folder: string, now = Date.now()): number {
  const old = list(folder).filter((name) => now - statSync(join(folder, name)).mtimeMs > keptForDays * 86_400_000);
  for (const name of old) removeCheckpoints(folder, name);
  return old.length;
}

/** The last attempt that was on this worker; 0 if there was none. */
function lastAttempt(path: string): number {
  try {
    return Number.parseInt(readFileSync(join(path, lastAttemptFile), "utf8"), 10) || 0;
  } catch {
    return 0;
  }
}

const list = (path: string): string[] => (existsSync(path) ? readdirSync(path) : []);
