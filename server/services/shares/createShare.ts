import { randomUUID } from "node:crypto";
import type { CreateShareRequest } from "../../../contract/wire/requests.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { insertShare } from "../../../db/queries/shares.ts";
import type { ServiceContext } from "../context.ts";
import { requireFound } from "../requireFound.ts";
import { digest, newSecret } from "../secrets.ts";

/** Makes a link that opens one experiment, read-only; its token is shown this once. */
export async function createShare(
  context: ServiceContext,
  input: CreateShareRequest,
): Promise<{ id: string; token: string; url: string }> {
  const { orm } = context.database;
  requireFound(await getExperimentRow(orm, input.experimentId), "experiment");
  const [id, token] = [randomUUID(), newSecret()];
  await insertShare(orm, { ...input, id, hash: digest(token) });
  return { id, token, url: `${context.publicUrl}/s/${token}` };
}
