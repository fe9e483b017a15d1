import { Failure } from "../../contract/failure.ts";
import type { RunSeriesRequest } from "../../contract/requests.ts";
import type { SeriesView } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";
import type { Reader } from "./reader.ts";

export async function readRunSeries(_context: ServiceContext, _reader: Reader, _query: RunSeriesRequest): Promise<SeriesView[]> {
  throw new Failure("INTERNAL", "This is being built.");
}
