import { Failure } from "../../contract/failure.ts";
import type { ServiceContext } from "./context.ts";

export async function cancelExperiment(_context: ServiceContext, _id: string): Promise<{ cancelled: number }> {
  throw new Failure("INTERNAL", "This is being built.");
}
