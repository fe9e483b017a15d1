import type { Reader } from "./services/reader.ts";

/**
 * What a request may do. `nobody` lacks the access key's cookie; `refused` carries a share token that is forged, expired, revoked or unknown:
 * these four look alike from outside.
 */
export type Access = { kind: "owner" } | { kind: "share"; reader: Reader } | { kind: "nobody" } | { kind: "refused" };
