import type { Database } from "../../../db/database.ts";
import { everyRead } from "../../support/builders/reads.ts";
import { type Plan, planOf, recordStatements } from "../../support/processes/statements.ts";

export interface ExplainedRead extends Plan {
  what: string;
  /** Its statements. */
  text: string;
}

/** Tables of which there are as many rows as runs, or more. */
const large = /^(runs|attempts|series_chunks|log_lines|geometry_snapshots|checkpoints) in sequence$/;

/**
 * How Postgres answers each thing that is read of a study and a run, all its statements together.
 * @throws if one of them reads a large table from end to end
 */
export async function explainReads(database: Database, of: { study: string; run: string }): Promise<ExplainedRead[]> {
  const explained: ExplainedRead[] = [];
  for (const [what, read] of everyRead(database, of)) {
    const stop = recordStatements(database.pool);
    await read();
    const statements = stop();
    const client = await database.pool.connect();
    const one: ExplainedRead = { what, totalMs: 0, buffers: 0, scans: [], text: statements.map(({ text }) => text).join(";\n") };
    for (const statement of statements) {
      await client.query("begin");
      const { totalMs, buffers, scans } = await planOf(client, statement, "analyze, buffers");
      await client.query("rollback");
      one.totalMs += totalMs;
      one.buffers += buffers;
      for (const scan of scans) if (!one.scans.includes(scan)) one.scans.push(scan);
    }
    client.release();
    explained.push(one);
  }
  const whole = explained.filter(({ scans }) => scans.some((scan) => large.test(scan)));
  if (whole.length > 0)
    throw new Error(whole.map(({ what, scans, text }) => `${what}: ${scans.join(", ")}\n${text}`).join("\n\n"));
  return explained;
}
