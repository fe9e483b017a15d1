import { join } from "node:path";
import { presets } from "../../contract/presets/presets.ts";
import { findRecording } from "../../db/queries/experiments.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { requireFound } from "../failures/requireFound.ts";
import { importRecording } from "./importRecordings.ts";
import { readRecording } from "./recordingFile.ts";

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
  const recording = readRecording(join(folder, `${id}.json.gz`));
  const known = await findRecording(context.database.orm, recording.name);
  if (known !== null) return { id: known };
  await context.database.requireRoom();
  const opened = await context.database.transaction((tx) => importRecording(tx, recording));
  context.changes.listChanged("experiments");
  return { id: opened };
}
