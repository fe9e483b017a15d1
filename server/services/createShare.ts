import { Failure } from "../../contract/failure.ts";
import type { CreateShareRequest } from "../../contract/requests.ts";
import type { ServiceContext } from "./context.ts";

export async function createShare(
  _context: ServiceContext,
  _input: CreateShareRequest,
): Promise<{ id: string; token: string; url: string }> {
  throw new Failure("INTERNAL", "This is being built.");
}
