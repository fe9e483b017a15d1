import { Failure } from "../../contract/failure.ts";
import type { ServiceContext } from "./context.ts";

export async function revokeShare(_context: ServiceContext, _id: string): Promise<{ ok: true }> {
  throw new Failure("INTERNAL", "This is being built.");
}
