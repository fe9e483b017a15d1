import { sql } from "drizzle-orm";
import { runs, workers } from "../schema.ts";

/** Of rows of runs: the slots that they take, one for the runs of a pack and one for each other run. */
export const slotsTaken = sql<number>`count(distinct coalesce(${runs.packId}, ${runs.id}))::int`;

/** Of rows of workers: the slots that their runs take. */
export const busySlots = sql<number>`(select ${slotsTaken} from ${runs} where ${runs.workerId} = ${workers.id} and ${runs.lease} is not null)`;
