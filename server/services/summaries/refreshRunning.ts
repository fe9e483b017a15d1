import { listRunningExperiments } from "../../../db/queries/experiments.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { refreshExperiment } from "./refreshExperiment.ts";

/** Progress, time left and NC1 of the experiments that have runs on workers. */
export async function refreshRunning(context: ServiceContext): Promise<void> {
  for (const id of await listRunningExperiments(context.database.orm))
    await refreshExperiment(context, id, { touch: false, nc1History: true });
}
