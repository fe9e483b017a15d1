import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Assignment, throughStep } from "../../contract/wire/workerProtocol.ts";
import { clearForFile, ensureFolder } from "../files/setAside.ts";
import type { AttemptHistory } from "../spool/attemptHistory.ts";
import { namesIn, removeCheckpoints, removeCheckpointsAfter } from "./checkpointFolder.ts";

const lastAttemptFile = "last-attempt";
const keptForDays = 30;

/**
 * The run's folder of checkpoints, ready for an attempt: only those stay that lie on the curve which it continues. Another worker's attempt
 * that started after the last one here has voided what came after the step it resumed from; a person may have asked for a start from step 0;
 * and checkpoints after the last step whose measurements the server has are of no use either.
 */
export function prepareCheckpoints(
  folder: string,
  assignment: Pick<Assignment, "runId" | "attempt" | "lastStarted" | "fromStart" | "measuredThrough" | "lineage">,
): string {
  const { runId, attempt, fromStart } = assignment;
  const { lastStarted = attempt - 1, measuredThrough, lineage } = assignment;
  const path = join(folder, runId);
  // A note that is damaged says nothing; then what the server has decides alone, where it says.
  const last = lastAttempt(path) ?? (measuredThrough === undefined ? 0 : lastStarted);
  const since = lineage ? throughStep(lineage, last) : 0;
  const through = lastStarted > last ? since : (measuredThrough ?? Number.POSITIVE_INFINITY);
  if (fromStart || (lastStarted > last && through === 0)) removeCheckpoints(path);
  else removeCheckpointsAfter(path, through);
  ensureFolder(path);
  clearForFile(join(path, lastAttemptFile));
  writeFileSync(join(path, lastAttemptFile), `${attempt}\n`);
  return path;
}

/** The server refused the rest of an attempt: checkpoints after what it stored would leave a gap in the curve. */
export function dropUnstoredCheckpoints(folder: string, runId: string, history: AttemptHistory, acked: number): void {
  const stored = history.checkpoints.filter(({ seq }) => seq <= acked).map(({ step }) => step);
  const safe = Math.max(history.resumedFromStep ?? Number.POSITIVE_INFINITY, ...stored);
  removeCheckpointsAfter(join(folder, runId), safe);
}

/** Runs that continued elsewhere or were given up leave theirs behind. @returns how many runs' checkpoints were old and went */
export function removeOldCheckpoints(folder: string, now = Date.now()): number {
  const changedAt = (name: string) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? now;
  const old = namesIn(folder).filter((name) => now - changedAt(name) > keptForDays * 86_400_000);
  for (const name of old) removeCheckpoints(join(folder, name));
  return old.length;
}

/** The last attempt that was on this worker; 0 if there was none, null if the note of it is damaged. */
function lastAttempt(path: string): number | null {
  const file = join(path, lastAttemptFile);
  try {
    if (!lstatSync(file, { throwIfNoEntry: false })) return 0;
    const text = readFileSync(file, "utf8").trim();
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}
