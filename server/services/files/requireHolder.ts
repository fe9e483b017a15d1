import { timingSafeEqual } from "node:crypto";
import { Failure } from "../../../contract/failure.ts";
import type { RunStatus } from "../../../contract/status.ts";
import { lease as leaseSchema } from "../../../contract/wire/workerProtocol.ts";
import { findUploader } from "../../../db/queries/attempts.ts";
import { admitWorkerToken } from "../../../db/queries/workers.ts";
import { refusals } from "../../access/refusals.ts";
import { digest } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

/** What a worker shows to read or write a run's files. */
export interface Holder {
  token: string;
  runId: string;
  attempt: number;
  lease: string;
}

/**
 * Admits the worker whose token and lease are those of the run's latest attempt, whether that has ended or not.
 * @throws Failure NOT_ALLOWED for an unknown token; NOT_FOUND alike for what does not exist and for what is another worker's;
 *   LEASE_LOST if a later attempt follows
 */
export async function requireHolder(context: ServiceContext, holder: Holder): Promise<{ status: RunStatus }> {
  const { orm } = context.database;
  const { runId, attempt } = holder;
  const token = holder.token.length <= 200 ? await admitWorkerToken(orm, digest(holder.token)) : null;
  if (!token) throw new Failure("NOT_ALLOWED", refusals.unknownToken);
  // Ids are compared in small letters by the database, and are names of folders otherwise.
  const isAddress = runId === runId.toLowerCase() && leaseSchema.safeParse({ runId, attempt, lease: holder.lease }).success;
  const found = isAddress ? await findUploader(orm, runId, attempt) : null;
  if (!found || found.tokenId !== token.id || !isSame(found.lease, holder.lease))
    throw new Failure("NOT_FOUND", "There is no such attempt of this worker.");
  if (found.lastAttempt !== attempt)
    throw new Failure(
      "LEASE_LOST",
      `Attempt ${attempt} was followed by attempt ${found.lastAttempt}: its files are no longer needed.`,
    );
  return { status: found.status };
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
