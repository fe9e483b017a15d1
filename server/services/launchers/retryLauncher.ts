import type { LauncherKind } from "../../../contract/launcher.ts";
import { retryLauncher as retry } from "../../../db/queries/launchers.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

/**
 * Lets a launcher order again: a person has seen to what was the matter.
 * @throws Failure NOT_FOUND
 */
export async function retryLauncher(context: ServiceContext, kind: LauncherKind): Promise<void> {
  requireFound((await retry(context.database.orm, kind)) || null, "launcher");
  context.changes.listChanged("workers");
}
