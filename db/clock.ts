import { sql } from "drizzle-orm";

/** The database's clock, by which leases and tokens expire. Unlike now() it moves on within a transaction. */
export const clock = sql`clock_timestamp()`;

export const msFromNow = (ms: number) => sql`${clock} + ${ms} * interval '1 millisecond'`;
export const msAgo = (ms: number) => sql`${clock} - ${ms} * interval '1 millisecond'`;
export const daysFromNow = (days: number) => sql`${clock} + ${days} * interval '1 day'`;
