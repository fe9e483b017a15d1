import { randomUUID } from "node:crypto";
import type { LauncherKind } from "../../contract/launcher.ts";
import type { Executor } from "../../db/database.ts";
import { readTokenState, setTokenLauncher } from "../../db/queries/launchers.ts";
import { insertWorkerToken } from "../../db/queries/workers.ts";
import { digest } from "../access/secrets.ts";
import { log } from "../log/log.ts";

/**
 * Admits the token that an operator gave the server and its workers alike, so that both can be started at once. One that a person
 * revoked stays so.
 * @param launcher whose workers come by it; null: nobody orders them
 */
export async function admitClusterToken(db: Executor, token: string, launcher: LauncherKind | null): Promise<void> {
  const hash = digest(token);
  const state = await readTokenState(db, hash);
  if (state === "void")
    return log.warning(
      "The token in COLLAPSAR_CLUSTER_TOKEN was revoked on the Workers page: workers that come by it are refused. Give the server and its workers another one.",
    );
  if (state === null)
    await insertWorkerToken(db, { id: randomUUID(), name: "Cluster (COLLAPSAR_CLUSTER_TOKEN)", hash, launcher });
  else await setTokenLauncher(db, hash, launcher);
}
