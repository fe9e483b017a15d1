/**
 * Every table and figure of README.md and the pages in .readme/ that is from a recording, made again from the recordings that come with the program:
 *
 *   npm run report                     rewrites them in place, and says which pages changed
 *   npm run report -- FILE.json.gz …   prints the tables of other recordings instead
 *
 * A unit test fails while a page differs from its recordings, and where a sentence claims what they do not carry.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/processes/server.ts";
import { documents, refreshed } from "./documents.ts";
import { openRecording } from "./recordings.ts";
import { ladderTables, settingsTable } from "./tables.ts";

/** From how many depths on a table a line is worth having, with slopes. */
const ladderLength = 4;

const paths = process.argv.slice(2);
for (const path of paths) {
  const recording = openRecording(path);
  const isLadder = recording.sample.config.depths.length >= ladderLength;
  console.log(`\n## ${recording.sample.name}\n\n${isLadder ? ladderTables(recording) : settingsTable(recording)}`);
}
if (paths.length === 0)
  for (const name of documents) {
    const path = join(projectRoot, name);
    const before = readFileSync(path, "utf8");
    const after = refreshed(before);
    if (after !== before) writeFileSync(path, after);
    console.log(`${name}: ${after === before ? "as recorded" : "rewritten"}`);
  }
