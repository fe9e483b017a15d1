import type { UpdateExperimentRequest } from "../../../contract/wire/requests.ts";
import type { ExperimentSummary } from "../../../contract/wire/views.ts";
import { updateExperimentRow } from "../../../db/queries/experiments.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { toExperimentSummary } from "../summaries/toExperimentSummary.ts";

/** Changes what people wrote about an experiment, and its priority; fields that are not given stay unchanged. */
export async function updateExperiment(context: ServiceContext, input: UpdateExperimentRequest): Promise<ExperimentSummary> {
  const { id, ...given } = input;
  const change = { ...given, ...(given.tags ? { tags: [...new Set(given.tags)] } : {}) };
  const { priority } = given;
  const stored = await context.database.transaction(async (tx) => {
    const changed = await updateExperimentRow(tx, id, change);
    if (changed && priority) await context.dispatch.prioritize(tx, id, priority);
    return changed;
  });
  const row = requireFound(stored, "experiment");
  // Of runs that were being queued meanwhile with the former priority.
  if (priority) await context.dispatch.prioritize(context.database.orm, id, priority);
  const summary = toExperimentSummary(row, context.dispatch.slots());
  context.changes.publish(id, [{ kind: "experiment", summary }]);
  context.changes.listChanged("experiments");
  return summary;
}
