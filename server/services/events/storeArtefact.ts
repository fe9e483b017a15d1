import type { Readable } from "node:stream";
import { Failure } from "../../../contract/failure.ts";
import { artefactName, isLastName, isResumeName, maxArtefacts } from "../../../contract/wire/artefactNames.ts";
import { listFiles, recordFile } from "../../../db/queries/runFiles.ts";
import { readRunState } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { dropSpareFiles, needsNoCheckpoint } from "../files/dropSpareFiles.ts";
import { removeRunFiles } from "../files/removeRunFiles.ts";
import { type Holder, requireHolder } from "../files/requireHolder.ts";
import { toRunItem } from "../runs/runViews.ts";
import { tendGrown } from "../runs/tendGrown.ts";

/** What a worker says of a file before it sends it. */
export interface Announced extends Holder {
  name: string;
  bytes: number;
  sha256: string;
}

/**
 * Takes a file of a run from the worker that trained it.
 * @throws Failure as requireHolder does; INVALID for names and sizes out of bounds; DISK_FULL, UNAVAILABLE
 */
export async function storeArtefact(context: ServiceContext, file: Announced, content: Readable): Promise<void> {
  const { orm } = context.database;
  const { runId, attempt, name, bytes, sha256 } = file;
  const { status } = await requireHolder(context, file);
  if (!artefactName.test(name))
    throw new Failure(
      "INVALID",
      `A run has no file "${name.slice(0, 60)}": only features.safetensors, checkpoint-<step>.ckpt and resume-<step>.ckpt are kept.`,
    );
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new Failure("INVALID", "The sha256 of the file is missing, or is not 64 hexadecimal digits.");
  if (bytes > context.maxArtefactBytes)
    throw new Failure(
      "INVALID",
      `The file has ${bytes.toLocaleString("en")} bytes; the server keeps files of at most ${context.maxArtefactBytes.toLocaleString("en")} (COLLAPSAR_ARTEFACT_MB).`,
    );
  const isResume = isResumeName(name);
  if (isResume && needsNoCheckpoint(status)) throw new Failure("LEASE_LOST", `The run is ${status}: nothing resumes from it.`);
  const others = (await listFiles(orm, runId)).filter(
    (other) => other.attempt === attempt && other.name !== name && !isResumeName(other.name),
  );
  if (!isResume && others.length >= maxArtefacts) throw new Failure("INVALID", `A run has at most ${maxArtefacts} files.`);
  await context.artefacts.put({ runId, attempt, name, bytes, sha256 }, content);
  const { replaced } = await recordFile(orm, { runId, attempt, name, bytes, sha256 });
  const run = await readRunState(orm, runId);
  // Deleted while the file came: nobody would ever remove it.
  if (!run) return removeRunFiles(context, runId);
  if (replaced !== null) await context.artefacts.remove({ runId, attempt, name, sha256: replaced });
  await dropSpareFiles(context, run);
  if (isLastName(name)) await tendGrown(context, run);
  context.changes.publish(run.experimentId, [toRunItem(run)]);
}
