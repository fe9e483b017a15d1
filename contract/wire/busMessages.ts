import { z } from "zod";
import { failureCodes } from "../failure.ts";

const run = z.object({ id: z.uuid(), attempt: z.int(), workerId: z.uuid().nullable() });

/** What servers of one database tell each other; what none of these schemas knows, as from a newer server, is passed over. */
export const busMessages = {
  /** Runs were queued. */
  queued: z.object({}),
  /** A queued run waits for this worker: its server gives it as soon as it has a slot. */
  deliver: z.object({ runId: z.uuid(), workerId: z.uuid() }),
  /** The workers that have these runs are to stop them. */
  stop: z.object({ how: z.enum(["cancel", "suspend"]), runs: z.array(run) }),
  /** A worker's slot is free again. */
  release: z.object({ workerId: z.uuid(), runId: z.uuid() }),
  /** A run is not to be tried at this worker again while there is elsewhere. */
  avoid: z.object({ runId: z.uuid(), workerId: z.uuid(), why: z.enum(["crashed", "lacking"]) }),
  /** A run has ended: where it failed no longer matters. */
  forget: z.object({ runId: z.uuid() }),
  attemptEnded: z.object({
    workerId: z.uuid(),
    runId: z.uuid(),
    code: z.enum([...failureCodes, "FINISHED"]),
    message: z.string(),
    packId: z.uuid().nullish(),
  }),
  /** It has connected to the sender: whoever else has a connection of it hangs up. */
  workerArrived: z.object({ workerId: z.uuid() }),
  /** Rooms that pages at the sender have joined and left since its last version, or the whole of those they are in. */
  interest: z.object({ version: z.int(), whole: z.boolean(), add: z.array(z.string()), remove: z.array(z.string()) }),
  /** The sender knows that version of another server's rooms; it had sent so many frames of the relay before. */
  interestHeard: z.object({ of: z.uuid(), version: z.int(), sent: z.int() }),
  /** The sender does not know what is watched there; null: at all others. */
  interestAsk: z.object({ of: z.uuid().nullable() }),
  /** Access ended that pages' sockets hang on. */
  dropReaders: z.object({ kind: z.enum(["share", "session", "apiToken", "member"]), id: z.string() }),
  /** It has gone, or is or has something else than before. */
  workerChanged: z.object({ workerId: z.uuid() }),
  /** A person drained a worker, or lets it take runs again. */
  drain: z.object({ workerId: z.uuid(), drained: z.boolean() }),
  /** A person takes a worker's trouble for settled. */
  resume: z.object({ workerId: z.uuid() }),
  /** A worker's token was revoked. */
  dropToken: z.object({ tokenId: z.uuid() }),
};

export type BusKind = keyof typeof busMessages;
export type BusPayload<K extends BusKind> = z.infer<(typeof busMessages)[K]>;
