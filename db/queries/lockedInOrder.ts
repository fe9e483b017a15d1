import { inArray, type SQL } from "drizzle-orm";
import type { Executor } from "../database.ts";
import { runs } from "../schema.ts";

/**
 * Condition of a change of several runs: that which is given, with their rows locked in the order of their ids before the first one
 * changes. Two statements that lock the same rows in different orders can wait for each other, and one of them would be given up.
 */
export const lockedInOrder = (db: Executor, where: SQL | undefined): SQL =>
  inArray(runs.id, db.select({ id: runs.id }).from(runs).where(where).orderBy(runs.id).for("no key update"));
