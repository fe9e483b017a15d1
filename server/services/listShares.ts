import { Failure } from "../../contract/failure.ts";
import type { ShareView } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";

export async function listShares(_context: ServiceContext, _experimentId: string): Promise<ShareView[]> {
  throw new Failure("INTERNAL", "This is being built.");
}
