import { getExperimentRow } from "../../../db/queries/experiments.ts";
import type { StoredRun } from "../../../db/queries/runs.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { hideNamesInRun } from "./hideNames.ts";
import { neutralNamesOf } from "./neutralNames.ts";

/** A stored run as this reader may see it. */
export async function asRead<T extends Pick<StoredRun, "experimentId" | "config">>(
  context: ServiceContext,
  reader: Reader,
  run: T,
): Promise<T> {
  if (!reader.hideNames) return run;
  const { orm } = context.database;
  const experiment = await getExperimentRow(orm, run.experimentId);
  return hideNamesInRun(run, experiment ? await neutralNamesOf(orm, experiment) : new Map());
}
