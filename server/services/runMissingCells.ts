import { Failure } from "../../contract/failure.ts";
import type { ServiceContext } from "./context.ts";

export async function runMissingCells(_context: ServiceContext, _id: string): Promise<{ queued: number }> {
  throw new Failure("INTERNAL", "This is being built.");
}
