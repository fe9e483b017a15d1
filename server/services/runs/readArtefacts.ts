import type { Readable } from "node:stream";
import { isResumeName, stepInName } from "../../../contract/wire/artefactNames.ts";
import type { ArtefactView } from "../../../contract/wire/views.ts";
import { listFiles, type RunFile } from "../../../db/queries/runFiles.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";

/**
 * Files of a run that this reader may have. Through a link that hides names there are none: a checkpoint quotes the config, in which
 * the names of a person's own data sets stand, and features may be told apart by their data.
 */
export async function listArtefacts(context: ServiceContext, reader: Reader, runId: string): Promise<ArtefactView[]> {
  return (await listShownFiles(context, reader, runId)).map(({ name, bytes, sha256, at }) => ({
    ...{ name, bytes, sha256 },
    at: at.toISOString(),
  }));
}

/** The same as they are stored. */
export const listShownFiles = async (context: ServiceContext, reader: Reader, runId: string): Promise<RunFile[]> =>
  reader.hideNames ? [] : shownFiles(await listFiles(context.database.orm, runId));

/** What the newest attempt left at its end, then what may be resumed from, each name once and the latest step first. */
function shownFiles(files: readonly RunFile[]): RunFile[] {
  const byName = new Map<string, RunFile>();
  for (const file of files) if (!byName.has(file.name)) byName.set(file.name, file);
  const shown = [...byName.values()];
  const newest = Math.max(0, ...shown.filter(({ name }) => !isResumeName(name)).map(({ attempt }) => attempt));
  const rank = ({ name }: RunFile) => (isResumeName(name) ? 2 : stepInName(name) > 0 ? 1 : 0);
  return shown
    .filter((file) => isResumeName(file.name) || file.attempt === newest)
    .sort((a, b) => rank(a) - rank(b) || stepInName(b.name) - stepInName(a.name));
}

/** @throws Failure NOT_FOUND also where the reader may not have it; `open` throws it where it is gone, and UNAVAILABLE */
export async function readArtefact(
  context: ServiceContext,
  reader: Reader,
  runId: string,
  name: string,
): Promise<{ file: RunFile; title: string; open: () => Promise<Readable> }> {
  const { run, experimentName } = await requireReadableRun(context, reader, runId);
  const files = await listShownFiles(context, reader, runId);
  const file = requireFound(
    files.find((one) => one.name === name),
    "file",
  );
  return { file, title: `${experimentName} run ${run.ordinal + 1}`, open: () => context.artefacts.get(file) };
}
