import type { Database } from "./database.ts";

/** Frees the space of overwritten rows and counts the tables for the planner; an external Postgres does this by itself. */
export async function tidyDatabase(database: Database): Promise<void> {
  if (database.kind === "embedded") await database.pool.query("vacuum (analyze)");
}
