import { experimentConfig } from "../../contract/experimentConfig.ts";
import { definitionsOf } from "../../contract/metricDefinitions.ts";
import { stateDefinitions } from "../../contract/statedDefinition.ts";
import { getExperimentRow } from "../../db/queries/experiments.ts";
import { eachRun } from "../../db/queries/runs.ts";
import type { ServiceContext } from "./context.ts";
import { type Export, exportedRun, exportHead, openObject } from "./exportedRun.ts";
import { mayRead } from "./getExperiment.ts";
import { hideNamesInRun } from "./hideNames.ts";
import { hideOwnSets, neutralNames } from "./neutralNames.ts";
import type { Reader } from "./reader.ts";
import { requireFound } from "./requireFound.ts";

/** A study with all that was measured, as contract/exportFormat.ts describes it. */
export async function exportExperimentJson(context: ServiceContext, reader: Reader, id: string): Promise<Export> {
  const { orm } = context.database;
  const experiment = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
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
      yield separator;
      yield* exportedRun(context, reader, reader.hideNames ? hideNamesInRun(run, names) : run, config.convergence, keys);
      separator = ",\n";
    }
    yield `${separator === ",\n" ? "" : separator}],"definitions":${JSON.stringify(definitionsOf(keys))}}\n`;
  }
  return { name, pieces: pieces() };
}
