import { Failure } from "../../contract/failure.ts";
import type { ServiceContext } from "./context.ts";

export async function extendGrid(
  _context: ServiceContext,
  _id: string,
  _more: { depths?: number[]; seeds?: number[] },
): Promise<{ added: number }> {
  throw new Failure("INTERNAL", "This is being built.");
}
