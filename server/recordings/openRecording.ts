import { join } from "node:path";
import { presets } from "../../contract/presets/presets.ts";
import { findSample } from "../../db/queries/experiments.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { requireFound } from "../failures/requireFound.ts";
import { importSample } from "./importRecordings.ts";
import { readSample } from "./recordingFile.ts";

const folder = join(import.meta.dirname, "kept");

/**
 * The recording of a preset as an experiment: the one that is there already, or a new one from the file that comes with the program.
 * @throws Failure NOT_FOUND if the preset has none
 */
export async function openRecording(context: ServiceContext, preset: string): Promise<{ id: string }> {
  const { id } = requireFound(
    presets.find((one) => one.id === preset && one.recorded),
    "recording",
  );
  const sample = readSample(join(folder, `${id}.json.gz`));
  const known = await findSample(context.database.orm, sample.name);
  if (known !== null) return { id: known };
  await context.database.requireRoom();
  const opened = await context.database.transaction((tx) => importSample(tx, sample));
  context.changes.listChanged("experiments");
  return { id: opened };
}
