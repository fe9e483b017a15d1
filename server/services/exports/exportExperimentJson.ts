import { experimentConfig } from "../../../contract/config/experimentConfig.ts";
import { stateDefinitions } from "../../../contract/config/statedDefinition.ts";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { definitionsOf } from "../../../contract/metrics/metricDefinitions.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { eachRun } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { hideNamesInRun } from "../reading/hideNames.ts";
import { hideOwnSets, neutralNames } from "../reading/neutralNames.ts";
import { exportExternalJson } from "./exportExternal.ts";
import { type Export, exportedRun, exportHead, openObject } from "./exportedRun.ts";

/** A study with everything measured, as contract/wire/exportFormat.ts describes it. */
export async function exportExperimentJson(context: ServiceContext, reader: Reader, id: string): Promise<Export> {
  const { orm } = context.database;
  const found = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  if (isExternal(found)) return exportExternalJson(context, reader, found);
  const experiment = found;
  const { name, note, tags, createdAt, config } = experiment;
  const names = neutralNames(config);
  const shown = reader.hideNames ? hideOwnSets(config, names) : config;
  const launchedBy = reader.hideNames ? null : experiment.launchedBy;
  async function* pieces() {
    yield openObject({
      format: "collapsar experiment",
      ...exportHead(context),
      experiment: { id, name, note, tags, createdAt: createdAt.toISOString(), ...(launchedBy && { launchedBy }) },
      config: stateDefinitions(experimentConfig.parse(shown)),
    });
    const keys = new Set<string>();
    let separator = ',"runs":[\n';
    for await (const run of eachRun(orm, id)) {
      if (isExternal(run)) continue;
      yield separator;
      yield* exportedRun(context, reader, reader.hideNames ? hideNamesInRun(run, names) : run, config.convergence, keys);
      separator = ",\n";
    }
    yield `${separator === ",\n" ? "" : separator}],"definitions":${JSON.stringify(definitionsOf(keys))}}\n`;
  }
  return { name, pieces: pieces() };
}
