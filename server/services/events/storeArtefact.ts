import { timingSafeEqual } from "node:crypto";
import type { Readable } from "node:stream";
import { Failure } from "../../../contract/failure.ts";
import { artefactName, maxArtefacts } from "../../../contract/wire/artefactNames.ts";
import { lease as leaseSchema } from "../../../contract/wire/workerProtocol.ts";
import { findUploader } from "../../../db/queries/attempts.ts";
import { readRunState } from "../../../db/queries/runs.ts";
import { admitWorkerToken } from "../../../db/queries/workers.ts";
import { refusals } from "../../access/refusals.ts";
import { digest } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { toRunItem } from "../runs/runViews.ts";

/** What a worker says of a file before it sends it. */
export interface Announced {
  token: string;
  runId: string;
  attempt: number;
  lease: string;
  name: string;
  bytes: number;
  sha256: string;
}

/**
 * Takes a file of a run from the worker that trained it: the one whose token and lease are those of the run's latest attempt, whether
 * that has ended or not.
 * @throws Failure NOT_ALLOWED for an unknown token; NOT_FOUND alike for what does not exist and for what is another worker's;
 *   LEASE_LOST if a later attempt follows; INVALID for names and sizes out of bounds; DISK_FULL
 */
export async function storeArtefact(context: ServiceContext, file: Announced, content: Readable): Promise<void> {
  const { orm } = context.database;
  const { runId, attempt, name, bytes, sha256 } = file;
  const token = file.token.length <= 200 ? await admitWorkerToken(orm, digest(file.token)) : null;
  if (!token) throw new Failure("NOT_ALLOWED", refusals.unknownToken);
  const isAddress = leaseSchema.safeParse({ runId, attempt, lease: file.lease }).success;
  const found = isAddress ? await findUploader(orm, runId, attempt) : null;
  if (!found || found.tokenId !== token.id || !isSame(found.lease, file.lease))
    throw new Failure("NOT_FOUND", "There is no such attempt of this worker.");
  if (found.lastAttempt !== attempt)
    throw new Failure(
      "LEASE_LOST",
      `Attempt ${attempt} was followed by attempt ${found.lastAttempt}: its files are no longer needed.`,
    );
  if (!artefactName.test(name))
    throw new Failure(
      "INVALID",
      `A run has no file "${name.slice(0, 60)}": only features.safetensors and checkpoint-<step>.ckpt are kept.`,
    );
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new Failure("INVALID", "The sha256 of the file is missing, or is not 64 hexadecimal digits.");
  if (bytes > context.maxArtefactBytes)
    throw new Failure(
      "INVALID",
      `The file has ${bytes.toLocaleString("en")} bytes; the server keeps files of at most ${context.maxArtefactBytes.toLocaleString("en")} (COLLAPSAR_ARTEFACT_MB).`,
    );
  const others = (await context.artefacts.list(runId)).filter((other) => other.attempt === attempt && other.name !== name);
  if (others.length >= maxArtefacts) throw new Failure("INVALID", `A run has at most ${maxArtefacts} files.`);
  await context.artefacts.put({ runId, attempt, name, bytes, sha256 }, content);
  const run = await readRunState(orm, runId);
  // Deleted while the file came: nobody would ever remove it.
  if (!run) await context.artefacts.remove(runId);
  else context.changes.publish(run.experimentId, [toRunItem(run)]);
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
