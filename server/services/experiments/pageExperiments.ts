import type { ApiListQuery } from "../../../contract/api/apiRequests.ts";
import { type ListCursor, readCursor, writeCursor } from "../../../contract/api/listCursor.ts";
import { Failure } from "../../../contract/failure.ts";
import type { ExperimentSummary } from "../../../contract/wire/views.ts";
import { listExperimentsAfter } from "../../../db/queries/experiments.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { toExperimentSummary } from "../summaries/toExperimentSummary.ts";

/**
 * One page of the experiments, and the cursor of the next one.
 * @throws Failure INVALID for a cursor that is none, or of a list that was sorted otherwise
 */
export async function pageExperiments(
  context: ServiceContext,
  query: ApiListQuery,
): Promise<{ experiments: ExperimentSummary[]; total: number; next: string | null }> {
  const { cursor, sort, direction } = query;
  const after = cursor === undefined ? null : readCursor(cursor);
  if (cursor !== undefined && (after === null || after.sort !== sort || after.direction !== direction))
    throw new Failure(
      "INVALID",
      "cursor does not continue this list: send `next` of the page before with the same sort and direction, or begin without a cursor.",
    );
  const { rows, total, isLast } = await listExperimentsAfter(context.database.orm, { ...query, after });
  const slots = context.dispatch.slots();
  const last = rows.at(-1)?.place;
  return {
    experiments: rows.map((row) => toExperimentSummary(row, slots)),
    total,
    next: isLast || !last ? null : writeCursor({ sort, direction, ...last } as ListCursor),
  };
}
