import { Failure } from "../../contract/failure.ts";
import type { UpdateExperimentRequest } from "../../contract/requests.ts";
import type { ExperimentSummary } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";

export async function updateExperiment(_context: ServiceContext, _input: UpdateExperimentRequest): Promise<ExperimentSummary> {
  throw new Failure("INTERNAL", "This is being built.");
}
