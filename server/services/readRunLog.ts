import { Failure } from "../../contract/failure.ts";
import type { LogLine } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";
import type { Reader } from "./reader.ts";

export async function readRunLog(_context: ServiceContext, _reader: Reader, _id: string, _limit: number): Promise<LogLine[]> {
  throw new Failure("INTERNAL", "This is being built.");
}
