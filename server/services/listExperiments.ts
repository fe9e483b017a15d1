import { Failure } from "../../contract/failure.ts";
import type { ListExperimentsRequest } from "../../contract/requests.ts";
import type { ExperimentSummary } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";

export async function listExperiments(
  _context: ServiceContext,
  _query: ListExperimentsRequest,
): Promise<{ rows: ExperimentSummary[]; total: number; tags: string[] }> {
  throw new Failure("INTERNAL", "This is being built.");
}
