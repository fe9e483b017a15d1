import { Failure } from "../../contract/failure.ts";
import type { RunStatus } from "../../contract/status.ts";
import type { ServiceContext } from "./context.ts";

export async function cancelRun(_context: ServiceContext, _id: string): Promise<{ status: RunStatus }> {
  throw new Failure("INTERNAL", "This is being built.");
}
