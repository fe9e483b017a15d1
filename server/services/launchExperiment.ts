import type { LaunchInput } from "../../contract/experimentConfig.ts";
import { Failure } from "../../contract/failure.ts";
import type { ServiceContext } from "./context.ts";

export async function launchExperiment(_context: ServiceContext, _input: LaunchInput): Promise<{ id: string }> {
  throw new Failure("INTERNAL", "This is being built.");
}
