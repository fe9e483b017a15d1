import { Failure } from "../../contract/failure.ts";
import type { ServiceContext } from "./context.ts";

export async function openShare(_context: ServiceContext, _token: string): Promise<{ experimentId: string }> {
  throw new Failure("INTERNAL", "This is being built.");
}
