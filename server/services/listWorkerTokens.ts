import { Failure } from "../../contract/failure.ts";
import type { WorkerTokenView } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";

export async function listWorkerTokens(_context: ServiceContext): Promise<WorkerTokenView[]> {
  throw new Failure("INTERNAL", "This is being built.");
}
