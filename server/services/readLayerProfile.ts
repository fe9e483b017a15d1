import { Failure } from "../../contract/failure.ts";
import type { ProfileRequest } from "../../contract/requests.ts";
import type { LayerProfileView } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";
import type { Reader } from "./reader.ts";

export async function readLayerProfile(
  _context: ServiceContext,
  _reader: Reader,
  _query: ProfileRequest,
): Promise<LayerProfileView[]> {
  throw new Failure("INTERNAL", "This is being built.");
}
