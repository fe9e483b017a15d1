import { randomBytes } from "node:crypto";
import type { Greeting, Hello } from "../../contract/wire/workerProtocol.ts";
import type { WorkerGreeting } from "../../db/schema.ts";

type Recognized =
  | { kind: "known"; greeting: Greeting; stored: WorkerGreeting; note: string | null }
  | { kind: "copy"; message: string };

const copyMessage =
  "This worker's folder is a copy of one that another worker has used since, or an older state of it: it continues as a worker of its own.";
const restoredNote =
  "This server's database is older than what this worker last heard from it: it was restored from a backup. What it lacks is sent again.";
const unknownNote = "This server's database does not know this worker: it is a different one, or was restored from a backup.";

/**
 * Tells whether a worker of this identity is the one that was greeted last, by the greeting that it shows.
 * @param stored the last greeting of this identity; null if it has none; undefined if the identity is not known
 */
export function recognizeWorker(identity: NonNullable<Hello["identity"]>, stored: WorkerGreeting | null | undefined): Recognized {
  const shown = identity.greeting;
  const isRestored = stored != null && shown !== null && shown.count > stored.count;
  const isLast =
    stored == null ||
    isRestored ||
    stored.instance === identity.instance ||
    (shown?.nonce ?? "") === stored.nonce ||
    (shown?.nonce ?? "") === stored.unheardAfter;
  if (!isLast) return { kind: "copy", message: copyMessage };
  const greeting = { count: Math.max(shown?.count ?? 0, stored?.count ?? 0) + 1, nonce: randomBytes(12).toString("base64url") };
  const note = isRestored ? restoredNote : stored === undefined && shown !== null ? unknownNote : null;
  return {
    kind: "known",
    greeting,
    note,
    stored: { ...greeting, instance: identity.instance, unheardAfter: shown?.nonce ?? "" },
  };
}
