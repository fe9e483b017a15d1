import { experimentConfig } from "../../contract/experimentConfig.ts";
import { gridOfRun } from "../../contract/gridOfRun.ts";
import { definitionsOf } from "../../contract/metricDefinitions.ts";
import { runConfig } from "../../contract/runConfig.ts";
import { stateRunDefinition } from "../../contract/statedDefinition.ts";
import { getExperimentRow } from "../../db/queries/experiments.ts";
import { asRead } from "./asRead.ts";
import type { ServiceContext } from "./context.ts";
import { type Export, exportedRun, exportHead, openObject } from "./exportedRun.ts";
import type { Reader } from "./reader.ts";
import { requireFound } from "./requireFound.ts";
import { requireReadableRun } from "./requireReadableRun.ts";

/** A run with all that was measured, as contract/exportFormat.ts describes it. */
export async function exportRunJson(context: ServiceContext, reader: Reader, id: string): Promise<Export> {
  const { run: stored, experimentName } = await requireReadableRun(context, reader, id);
  const run = await asRead(context, reader, stored);
  const experiment = requireFound(await getExperimentRow(context.database.orm, run.experimentId), "experiment");
  async function* pieces() {
    yield openObject({
      format: "collapsar run",
      ...exportHead(context),
      experiment: { id: run.experimentId, name: experimentName },
      config: experimentConfig.parse(gridOfRun(stateRunDefinition(runConfig.parse(run.config)))),
    });
    const keys = new Set<string>();
    yield ',"run":';
    yield* exportedRun(context, reader, run, experiment.config.convergence, keys);
    yield `,"definitions":${JSON.stringify(definitionsOf(keys))}}\n`;
  }
  return { name: `${experimentName} run ${run.ordinal + 1}`, pieces: pieces() };
}
