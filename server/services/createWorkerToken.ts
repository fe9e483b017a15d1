import { Failure } from "../../contract/failure.ts";
import type { ServiceContext } from "./context.ts";

export async function createWorkerToken(_context: ServiceContext, _name: string): Promise<{ token: string; command: string }> {
  throw new Failure("INTERNAL", "This is being built.");
}
