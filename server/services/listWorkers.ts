import { Failure } from "../../contract/failure.ts";
import type { WorkerView } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";

export async function listWorkers(_context: ServiceContext): Promise<WorkerView[]> {
  throw new Failure("INTERNAL", "This is being built.");
}
