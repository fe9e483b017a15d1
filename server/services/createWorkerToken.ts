import { randomUUID } from "node:crypto";
import { insertWorkerToken } from "../../db/queries/workers.ts";
import type { ServiceContext } from "./context.ts";
import { digest, newSecret } from "./secrets.ts";

/**
 * Makes a worker's token, shown this once, and the line that starts a worker with it: in the environment, since every user of a
 * machine can read the arguments of its programs.
 */
export async function createWorkerToken(context: ServiceContext, name: string): Promise<{ token: string; command: string }> {
  const token = newSecret();
  await insertWorkerToken(context.database.orm, { id: randomUUID(), name, hash: digest(token) });
  return { token, command: `COLLAPSAR_WORKER_TOKEN=${token} npm run worker -- --server ${context.publicUrl}` };
}
