import type { AttemptView } from "../../../contract/wire/views.ts";
import { listAttempts } from "../../../db/queries/attempts.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { hideNamesInAttempt } from "../reading/hideNames.ts";
import { toAttemptView } from "./runViews.ts";

/** A run's attempts as this reader may see them. */
export async function listReadableAttempts(context: ServiceContext, reader: Reader, runId: string): Promise<AttemptView[]> {
  const attempts = (await listAttempts(context.database.orm, runId)).map(toAttemptView);
  const shown = reader.hideNames ? attempts.map(hideNamesInAttempt) : attempts;
  return reader.experimentId === null ? shown : shown.map(hideMates);
}

/** Runs of one pack may be of several studies, and a link opens one. */
function hideMates({ started, ...attempt }: AttemptView): AttemptView {
  return { ...attempt, started: started?.pack ? { ...started, pack: { ...started.pack, with: [] } } : started };
}
