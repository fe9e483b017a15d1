import type { Readable } from "node:stream";
import { artefactName, isLastName, isResumeName } from "../../../contract/wire/artefactNames.ts";
import { readParentId } from "../../../db/queries/parents.ts";
import { findFile, type RunFile } from "../../../db/queries/runFiles.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { type Holder, requireHolder } from "./requireHolder.ts";

/**
 * A checkpoint of a run, of any of its attempts, for the worker that has the run now: one to resume from, or a last one of the run that
 * it grows from.
 * @param wanted.of the run that it is a checkpoint of
 * @throws Failure as requireHolder does; NOT_FOUND if there is none; UNAVAILABLE
 */
export async function readCheckpoint(
  context: ServiceContext,
  holder: Holder,
  { of, attempt, name, from }: { of: string; attempt: number; name: string; from: number },
): Promise<{ file: RunFile; content: Readable }> {
  await requireHolder(context, holder);
  const { orm } = context.database;
  const isMeant = of === holder.runId ? isResumeName(name) : isLastName(name) && (await readParentId(orm, holder.runId)) === of;
  const found = isMeant && artefactName.test(name) ? await findFile(orm, of, attempt, name) : null;
  const file = requireFound(found, "checkpoint");
  return { file, content: await context.artefacts.get(file, Math.min(from, file.bytes)) };
}
