import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "./database.ts";

/** Whether the database answers now, within a time. The embedded one lives and dies with this process: when it is busy, it is there. */
export async function answers({ kind, pool }: Database, withinMs: number): Promise<boolean> {
  if (kind === "embedded") return true;
  const asked = pool.query("select 1").then(
    () => true,
    () => false,
  );
  return Promise.race([asked, sleep(withinMs, false, { ref: false })]);
}
