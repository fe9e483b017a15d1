/**
 * Writes a finished experiment of a stopped server to a file that `importRecordings` reads:
 * node server/recordings/recordExperiment.ts --experiment ID --out FILE.json.gz [--data DIR]
 */
import { parseArgs } from "node:util";
import { openDatabase } from "../../db/openDatabase.ts";
import { serverSettings } from "../program/env.ts";
import { makeRecording } from "./makeRecording.ts";
import { writeRecording } from "./recordingFile.ts";

const { values: flags } = parseArgs({
  options: { experiment: { type: "string" }, out: { type: "string" }, data: { type: "string" } },
});
if (!flags.experiment || !flags.out) {
  console.error("Usage: node server/recordings/recordExperiment.ts --experiment ID --out FILE.json.gz [--data DIR]");
  process.exit(1);
}
const settings = serverSettings();
const database = await openDatabase({ dataDir: flags.data ?? settings.dataDir, url: settings.databaseUrl }, (error) => {
  throw error;
});
try {
  const recording = await makeRecording(database, flags.experiment);
  const bytes = writeRecording(flags.out, recording);
  console.log(`${flags.out}: ${recording.runs.length} runs, ${(bytes / 1e6).toFixed(2)} MB`);
} finally {
  await database.close();
}
