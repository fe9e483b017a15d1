import type { RunLogRequest } from "../../../contract/wire/requests.ts";
import type { LogLine } from "../../../contract/wire/views.ts";
import { listLogLines } from "../../../db/queries/attempts.ts";
import type { Reader } from "../../access/reader.ts";
import type { AnswerAllowance } from "../../context/answerAllowance.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";

/** A run's last lines, or those before a line, oldest first; none for a reader from whom names are hidden, as lines quote paths. */
export async function readRunLog(
  context: ServiceContext,
  reader: Reader,
  { id, limit, cursor }: RunLogRequest,
  allowance: AnswerAllowance,
): Promise<LogLine[]> {
  await requireReadableRun(context, reader, id);
  if (reader.hideNames) return [];
  const lines = await allowance.spend(
    () => listLogLines(context.database.orm, id, limit, cursor ?? null),
    (found) => found.reduce((sum, { text }) => sum + 100 + text.length, 0),
  );
  return lines.map(({ attempt, seq, at, level, text }) => ({ attempt, seq, at: at.toISOString(), level, text }));
}
