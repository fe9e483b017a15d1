import type { Readable } from "node:stream";
import { artefactName, isResumeName } from "../../../contract/wire/artefactNames.ts";
import { findFile, type RunFile } from "../../../db/queries/runFiles.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { type Holder, requireHolder } from "./requireHolder.ts";

/**
 * A checkpoint of a run, of any of its attempts, for the worker that has the run now.
 * @throws Failure as requireHolder does; NOT_FOUND if there is none; UNAVAILABLE
 */
export async function readCheckpoint(
  context: ServiceContext,
  holder: Holder,
  { attempt, name, from }: { attempt: number; name: string; from: number },
): Promise<{ file: RunFile; content: Readable }> {
  await requireHolder(context, holder);
  const found =
    isResumeName(name) && artefactName.test(name) ? await findFile(context.database.orm, holder.runId, attempt, name) : null;
  const file = requireFound(found, "checkpoint");
  return { file, content: await context.artefacts.get(file, Math.min(from, file.bytes)) };
}
