import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import type { LauncherKind } from "../../contract/launcher.ts";
import type { Executor } from "../../db/database.ts";
import { readTokenState } from "../../db/queries/launchers.ts";
import { insertWorkerToken } from "../../db/queries/workers.ts";
import { keptSecret } from "../access/keptSecret.ts";
import { digest } from "../access/secrets.ts";

const names: Partial<Record<LauncherKind, string>> = { slurm: "Slurm jobs", kubernetes: "Kubernetes jobs" };

/**
 * Makes sure that a file holds a valid token for the workers of a launcher. A script or a command line would show it: Slurm keeps the
 * scripts it is given, and an administrator of a cluster sees arguments and environments. One that was revoked is replaced by another.
 * @throws Failure INVALID where the file cannot be written
 */
export async function keepLauncherToken(db: Executor, kind: LauncherKind, file: string): Promise<void> {
  if ((await readTokenState(db, digest(keptSecret(file)))) === "void") rmSync(file);
  const hash = digest(keptSecret(file));
  if ((await readTokenState(db, hash)) === null)
    await insertWorkerToken(db, { id: randomUUID(), name: names[kind] ?? kind, hash, launcher: kind });
}
