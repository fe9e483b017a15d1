import { experimentConfig } from "../../../contract/config/experimentConfig.ts";
import { gridOfRun } from "../../../contract/config/gridOfRun.ts";
import { runConfig } from "../../../contract/config/runConfig.ts";
import { stateRunDefinition } from "../../../contract/config/statedDefinition.ts";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { definitionsOf } from "../../../contract/metrics/metricDefinitions.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { asRead } from "../reading/asRead.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";
import { exportedExternalRun } from "./exportExternal.ts";
import { type Export, exportedRun, exportHead, openObject } from "./exportedRun.ts";

/** A run with everything measured, as contract/wire/exportFormat.ts describes it. */
export async function exportRunJson(context: ServiceContext, reader: Reader, id: string): Promise<Export> {
  const { run: stored, experimentName } = await requireReadableRun(context, reader, id);
  const run = await asRead(context, reader, stored);
  const experiment = requireFound(await getExperimentRow(context.database.orm, run.experimentId), "experiment");
  async function* pieces() {
    yield openObject({
      format: "collapsar run",
      ...exportHead(context),
      experiment: { id: run.experimentId, name: experimentName },
      config: isExternal(run)
        ? experiment.config
        : experimentConfig.parse(gridOfRun(stateRunDefinition(runConfig.parse(run.config)))),
    });
    const keys = new Set<string>();
    yield ',"run":';
    if (isExternal(run)) yield* exportedExternalRun(context, reader, run, experiment.config.convergence, keys);
    else yield* exportedRun(context, reader, run, experiment.config.convergence, keys);
    yield `,"definitions":${JSON.stringify(definitionsOf(keys))}}\n`;
  }
  return { name: `${experimentName} run ${run.ordinal + 1}`, pieces: pieces() };
}
