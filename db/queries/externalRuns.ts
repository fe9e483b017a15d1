import { sql } from "drizzle-orm";
import type { Executor } from "../database.ts";
import { runs } from "../schema.ts";

/** Texts in the configs of a study's external runs, each key's in the order of the runs. */
export async function listConfigTexts(db: Executor, experimentId: string): Promise<{ key: string; text: string }[]> {
  const result = await db.execute<{ key: string; text: string }>(sql`
    select entry.key, entry.value #>> '{}' as text from ${runs}, jsonb_each(${runs.config}->'values') as entry
    where ${runs.experimentId} = ${experimentId}::uuid and jsonb_typeof(entry.value) = 'string'
    group by entry.key, entry.value order by min(${runs.ordinal}), entry.key`);
  return result.rows;
}
