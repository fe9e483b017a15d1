import type { ListExperimentsRequest } from "../../../contract/wire/requests.ts";
import type { ExperimentSummary } from "../../../contract/wire/views.ts";
import { listExperimentRows } from "../../../db/queries/experiments.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { toExperimentSummary } from "../summaries/toExperimentSummary.ts";

/** One page of the experiments, how many there are in all, and all tags in use. */
export async function listExperiments(
  context: ServiceContext,
  query: ListExperimentsRequest,
): Promise<{ rows: ExperimentSummary[]; total: number; tags: string[] }> {
  const { rows, total, tags } = await listExperimentRows(context.database.orm, query);
  const slots = context.dispatch.slots();
  return { rows: rows.map((row) => toExperimentSummary(row, slots)), total, tags };
}
