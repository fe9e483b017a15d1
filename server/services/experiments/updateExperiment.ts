import type { UpdateExperimentRequest } from "../../../contract/wire/requests.ts";
import type { ExperimentSummary } from "../../../contract/wire/views.ts";
import { updateExperimentRow } from "../../../db/queries/experiments.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { toExperimentSummary } from "../summaries/toExperimentSummary.ts";

/** Changes what people wrote about an experiment; fields that are not given stay unchanged. */
export async function updateExperiment(context: ServiceContext, input: UpdateExperimentRequest): Promise<ExperimentSummary> {
  const { id, ...given } = input;
  const change = { ...given, ...(given.tags ? { tags: [...new Set(given.tags)] } : {}) };
  const row = requireFound(await updateExperimentRow(context.database.orm, id, change), "experiment");
  const summary = toExperimentSummary(row, context.dispatch.slots());
  context.changes.publish(id, [{ kind: "experiment", summary }]);
  context.changes.listChanged("experiments");
  return summary;
}
