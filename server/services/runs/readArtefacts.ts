import type { Readable } from "node:stream";
import type { ArtefactView } from "../../../contract/wire/views.ts";
import type { Reader } from "../../access/reader.ts";
import type { Artefact } from "../../artefacts/artefacts.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";

/**
 * Files of a run that this reader may have. Through a link that hides names there are none: a checkpoint quotes the config, in which
 * the names of a person's own data sets stand, and features may be told apart by their data.
 */
export async function listArtefacts(context: ServiceContext, reader: Reader, runId: string): Promise<ArtefactView[]> {
  if (reader.hideNames) return [];
  return (await context.artefacts.list(runId)).map(({ name, bytes, sha256, at }) => ({
    name,
    bytes,
    sha256,
    at: at.toISOString(),
  }));
}

/** @throws Failure NOT_FOUND also where the reader may not have it */
export async function readArtefact(
  context: ServiceContext,
  reader: Reader,
  runId: string,
  name: string,
): Promise<{ file: Artefact; title: string; open: () => Readable }> {
  const { run, experimentName } = await requireReadableRun(context, reader, runId);
  const files = reader.hideNames ? [] : await context.artefacts.list(runId);
  const file = requireFound(
    files.find((one) => one.name === name),
    "file",
  );
  return { file, title: `${experimentName} run ${run.ordinal + 1}`, open: () => context.artefacts.get(file) };
}
