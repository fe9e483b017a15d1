import { experimentConfig } from "../../../contract/config/experimentConfig.ts";
import { stateDefinitions } from "../../../contract/config/statedDefinition.ts";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { eachRun } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { hideNamesInRun } from "../reading/hideNames.ts";
import { hideOwnSets, neutralNames } from "../reading/neutralNames.ts";
import { exportExternalJson } from "./exportExternal.ts";
import { type Export, exportedExperiment, exportedRun } from "./exportedRun.ts";

/** A study with everything measured, as contract/wire/exportFormat.ts describes it. */
export async function exportExperimentJson(context: ServiceContext, reader: Reader, id: string): Promise<Export> {
  const { orm } = context.database;
  const found = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  if (isExternal(found)) return exportExternalJson(context, reader, found);
  const { name, config } = found;
  const names = neutralNames(config);
  const shown = reader.hideNames ? hideOwnSets(config, names) : config;
  async function* runs() {
    for await (const run of eachRun(orm, id)) if (!isExternal(run)) yield reader.hideNames ? hideNamesInRun(run, names) : run;
  }
  const stated = stateDefinitions(experimentConfig.parse(shown));
  const pieces = exportedExperiment(context, reader, found, stated, runs(), (run, keys) =>
    exportedRun(context, reader, run, config.convergence, keys),
  );
  return { name, pieces };
}
