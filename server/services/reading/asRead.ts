import { getExperimentRow } from "../../../db/queries/experiments.ts";
import type { StoredRun } from "../../../db/queries/runs.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { hideNamesInRun } from "./hideNames.ts";
import { neutralNames } from "./neutralNames.ts";

/** A stored run as this reader may see it. */
export async function asRead<T extends Pick<StoredRun, "experimentId" | "config">>(
  context: ServiceContext,
  reader: Reader,
  run: T,
): Promise<T> {
  if (!reader.hideNames) return run;
  const experiment = await getExperimentRow(context.database.orm, run.experimentId);
  return hideNamesInRun(run, neutralNames(experiment?.config ?? { datasets: [] }));
}
