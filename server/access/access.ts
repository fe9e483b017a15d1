import type { Person } from "./person.ts";
import type { Reader } from "./reader.ts";

/**
 * What a request may do. `nobody` proves nothing, or what they show is forged, expired or revoked; `refused` carries a share token that
 * is forged, expired, revoked or unknown: these four look alike from outside.
 */
export type Access =
  | { kind: "person"; person: Person }
  | { kind: "share"; reader: Reader }
  | { kind: "nobody" }
  | { kind: "refused" };

/** What access can hang on. */
export type HoldKind = "share" | "session" | "apiToken" | "member";

/** What access hangs on: when one of these ends, or the time has come, so do the sockets that came by it. */
export interface Hold {
  by: { kind: HoldKind; id: string }[];
  until: Date | null;
}
