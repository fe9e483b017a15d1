import type { LogLine } from "../../contract/views.ts";
import { listLogLines } from "../../db/queries/attempts.ts";
import type { ServiceContext } from "./context.ts";
import type { Reader } from "./reader.ts";
import { requireReadableRun } from "./requireReadableRun.ts";

/** A run's last lines, oldest first; none for a reader from whom names are hidden, as lines quote paths. */
export async function readRunLog(context: ServiceContext, reader: Reader, id: string, limit: number): Promise<LogLine[]> {
  await requireReadableRun(context, reader, id);
  if (reader.hideNames) return [];
  const lines = await listLogLines(context.database.orm, id, limit);
  return lines.map(({ attempt, seq, at, level, text }) => ({ attempt, seq, at: at.toISOString(), level, text }));
}
