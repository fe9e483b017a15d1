import { Failure } from "../../contract/failure.ts";
import type { RunDetail } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";
import type { Reader } from "./reader.ts";

export async function getRun(_context: ServiceContext, _reader: Reader, _id: string): Promise<RunDetail> {
  throw new Failure("INTERNAL", "This is being built.");
}
