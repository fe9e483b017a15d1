import { Failure } from "../../contract/failure.ts";
import type { GeometrySnapshot } from "../../contract/runEvents.ts";
import type { ServiceContext } from "./context.ts";
import type { Reader } from "./reader.ts";

export async function readRunGeometry(_context: ServiceContext, _reader: Reader, _id: string): Promise<GeometrySnapshot[]> {
  throw new Failure("INTERNAL", "This is being built.");
}
