import { randomUUID } from "node:crypto";
import type { CreateWorkerTokenRequest } from "../../../contract/wire/requests.ts";
import { insertWorkerToken } from "../../../db/queries/workers.ts";
import { digest, newSecret } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

const dayMs = 86_400_000;

/**
 * Makes a worker's token, shown this once, and the line that starts a worker with it: in the environment, since every user of a
 * machine can read the arguments of its programs.
 */
export async function createWorkerToken(
  context: ServiceContext,
  { name, expiresInDays }: CreateWorkerTokenRequest,
): Promise<{ token: string; command: string }> {
  const token = newSecret();
  const expiresAt = expiresInDays === null ? null : new Date(Date.now() + expiresInDays * dayMs);
  await insertWorkerToken(context.database.orm, { id: randomUUID(), name, hash: digest(token), expiresAt });
  const command = `COLLAPSAR_WORKER_TOKEN=${token} npm run worker -- --server ${context.publicUrl} --name=${quoted(name)}`;
  return { token, command };
}

/** One argument of a POSIX shell, whatever the text holds. */
const quoted = (text: string): string =>
  /^[\w.-]+$/.test(text) ? text : `'${text.replace(/\s+/g, " ").replaceAll("'", "'\\''")}'`;
