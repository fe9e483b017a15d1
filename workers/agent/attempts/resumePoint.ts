import { renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Assignment, ParentRun, StoredCheckpoint } from "../../../contract/wire/workerProtocol.ts";
import { newestCheckpoints } from "../../checkpoints/checkpointFolder.ts";
import { inspectCheckpoint } from "../../checkpoints/inspectCheckpoint.ts";
import { prepareCheckpoints } from "../../checkpoints/keptCheckpoints.ts";
import { messageOf } from "../../log.ts";
import type { RunNote } from "../../run/messages.ts";
import { download } from "../wire/download.ts";

/** Where an attempt begins, and what there is to say of that in the run's log. */
export interface ResumePoint {
  /** The run's folder of checkpoints. */
  folder: string;
  /** Step of the checkpoint that was fetched for it; 0 if none was. */
  fetchedStep: number;
  /** File of the last checkpoint of the run that it grows from. */
  parent?: string;
  notes: RunNote[];
}

interface Source {
  url: string;
  token: string;
  retryMs: number;
  signal: AbortSignal;
}

/**
 * Prepares the run's folder of checkpoints, and fetches the furthest checkpoint that the server has, where that is further than what is
 * here: a damaged or absent one falls back to the one before.
 */
export async function findResumePoint(folder: string, assignment: Assignment, source: Source): Promise<ResumePoint> {
  const point = await findOwnPoint(folder, assignment, source);
  const { parent } = assignment;
  if (!parent) return point;
  const path = join(point.folder, parentFile);
  const note = await fetchParent(path, assignment, parent, source);
  return { ...point, parent: path, notes: note ? [...point.notes, note] : point.notes };
}

/** Beside the run's own checkpoints, under a name that none of them has. */
const parentFile = "grown-from.ckpt";

/** What cannot be had is missed by the process, if it begins from it. */
async function fetchParent(
  path: string,
  assignment: Assignment,
  { runId, checkpoint }: ParentRun,
  source: Source,
): Promise<RunNote | null> {
  const known = await inspectCheckpoint(path).catch(() => null);
  if (known?.sha256 === checkpoint.sha256) return null;
  try {
    await fetchCheckpoint(path, assignment, checkpoint, source, runId);
    return { level: "info", text: `The last checkpoint of the run that it grows from (${runId}) was fetched from the server.` };
  } catch (error) {
    const text = `The last checkpoint of the run that it grows from (${runId}) was not fetched: ${messageOf(error)}.`;
    return { level: "warning", text: text.slice(0, 4_000) };
  }
}

async function findOwnPoint(folder: string, assignment: Assignment, source: Source): Promise<ResumePoint> {
  const path = prepareCheckpoints(folder, assignment);
  const { fromStart = false, measuredThrough = 0, checkpoints = [] } = assignment;
  const notes: RunNote[] = [];
  if (fromStart) return { folder: path, fetchedStep: 0, notes };
  const ownStep = await soundStep(path);
  const further = checkpoints.filter(({ step }) => step > ownStep);
  for (const file of further) {
    try {
      await fetchCheckpoint(join(path, `${file.step}.ckpt`), assignment, file, source);
      notes.push({
        level: "info",
        text: `The checkpoint of step ${file.step} (attempt ${file.attempt}) was fetched from the server.`,
      });
      return { folder: path, fetchedStep: file.step, notes };
    } catch (error) {
      if (source.signal.aborted) break;
      const text = `The server's checkpoint of step ${file.step} (attempt ${file.attempt}) is not used: ${messageOf(error)}. The one before it is tried.`;
      notes.push({ level: "warning", text: text.slice(0, 4_000) });
    }
  }
  if (ownStep > 0 || measuredThrough === 0) return { folder: path, fetchedStep: 0, notes };
  const none =
    further.length === 0
      ? "Neither the server nor this worker has a checkpoint of this run that can be used"
      : "No other checkpoint of this run can be used";
  notes.push({ level: "warning", text: `${none}: it starts from step 0.` });
  return { folder: path, fetchedStep: 0, notes };
}

/** Step of the furthest checkpoint here that is not damaged; 0 if there is none. */
async function soundStep(folder: string): Promise<number> {
  for (const { step, path } of newestCheckpoints(folder)) {
    const isSound = await inspectCheckpoint(path).then(
      () => true,
      () => false,
    );
    if (isSound) return step;
  }
  return 0;
}

/** @param of the run that it is a checkpoint of, where that is another one */
async function fetchCheckpoint(
  path: string,
  assignment: Assignment,
  file: StoredCheckpoint,
  source: Source,
  of?: string,
): Promise<void> {
  const { runId, attempt, lease } = assignment;
  const part = join(dirname(path), "fetched.part");
  rmSync(part, { recursive: true, force: true });
  try {
    await download({ ...source, lease: { runId, attempt, lease }, file, path: part, ...(of !== undefined && { of }) });
    const { bytes, sha256 } = await inspectCheckpoint(part);
    if (bytes !== file.bytes || sha256 !== file.sha256) throw new Error("what came is not what was stored");
    rmSync(path, { recursive: true, force: true });
    renameSync(part, path);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
