import type { ExperimentConfig } from "../../contract/experimentConfig.ts";
import { Failure } from "../../contract/failure.ts";
import type { Estimate } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";

export async function estimateGrid(_context: ServiceContext, _config: ExperimentConfig): Promise<Estimate> {
  throw new Failure("INTERNAL", "This is being built.");
}
