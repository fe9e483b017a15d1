import { Failure } from "../../contract/failure.ts";
import type { ExperimentDetail } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";
import type { Reader } from "./reader.ts";

export async function getExperiment(_context: ServiceContext, _reader: Reader, _id: string): Promise<ExperimentDetail> {
  throw new Failure("INTERNAL", "This is being built.");
}
