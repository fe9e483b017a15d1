import type { ExperimentDetail } from "../../../contract/wire/views.ts";
import { listDevices } from "../../../db/queries/attempts.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { listRuns } from "../../../db/queries/runs.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../context.ts";
import { requireFound } from "../requireFound.ts";
import { hideNamesInRun } from "../shares/hideNames.ts";
import { hideOwnSets, neutralNames } from "../shares/neutralNames.ts";
import { toExperimentSummary, toRunRow } from "../toViews.ts";
import { countRuns } from "./countRuns.ts";

export async function getExperiment(context: ServiceContext, reader: Reader, id: string): Promise<ExperimentDetail> {
  const { orm } = context.database;
  const experiment = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  const devices = await listDevices(orm, id);
  const runs = (await listRuns(orm, id)).map((run) => toRunRow(run, devices.get(run.id)));
  const names = neutralNames(experiment.config);
  return {
    ...toExperimentSummary({ ...experiment, ...countRuns(runs) }, context.dispatch.slots()),
    ...(reader.hideNames && { launchedBy: null }),
    note: experiment.note,
    config: reader.hideNames ? hideOwnSets(experiment.config, names) : experiment.config,
    runs: reader.hideNames ? runs.map((run) => hideNamesInRun(run, names)) : runs,
    readOnly: reader.readOnly,
    program: context.version,
    namesHidden: reader.hideNames,
  };
}

/** What lies outside of a share link looks as if it were not there. */
export function mayRead(reader: Reader, experimentId: string): boolean {
  return reader.experimentId === null || reader.experimentId === experimentId;
}
