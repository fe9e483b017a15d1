/**
 * Runs presets through the program (server, local worker, embedded database) and writes each as a recording that comes with it:
 *
 *   npm run record -- [--data DIR] [--out server/recordings/kept] [--remark TEXT] [--set '{"datasets":[…]}'] PRESET …
 *
 * --data keeps the data folder, so that a study cut short resumes where it was; --set changes the presets' config, --remark says so in
 * the note. Prints the wall time of each study on this machine. COLLAPSAR_DATASETS_DIR and COLLAPSAR_SLOTS count as always.
 */
import { execFileSync } from "node:child_process";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { experimentConfig } from "../../contract/config/experimentConfig.ts";
import type { Preset } from "../../contract/presets/preset.ts";
import { presets } from "../../contract/presets/presets.ts";
import { projectRoot, TestServer } from "../support/processes/server.ts";
import { merge } from "./merge.ts";
import { nameOf, noteOf, tagsOf } from "./presetNote.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: join(tmpdir(), `collapsar-record-${process.pid}`) },
    out: { type: "string", default: "server/recordings/kept" },
    set: { type: "string", default: "{}" },
    remark: { type: "string", default: "" },
  },
});
const chosen = positionals.map((id) => {
  const preset = presets.find((one) => one.id === id);
  if (!preset) throw new Error(`'${id}' is not a preset; the presets are ${presets.map((one) => one.id).join(", ")}`);
  return preset;
});
const server = await TestServer.start({ dataDir: flags.data, localWorker: true });
const recorded: { preset: Preset; id: string }[] = [];
for (const preset of chosen) {
  const name = nameOf(preset);
  const known = (await server.call("experiments.list", { search: name })).rows.find(
    (one: { name: string; sample: boolean }) => one.name === name && !one.sample,
  );
  const startedAt = performance.now();
  const config = experimentConfig.parse(merge(preset.config, JSON.parse(flags.set)));
  const { id } =
    known ??
    (await server.call("experiments.launch", { name, note: noteOf(preset, flags.remark), tags: tagsOf(preset), config }));
  let counts: Record<string, number> = {};
  for (let ended = false; !ended; ) {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const experiment = await server.call("experiments.get", { id });
    counts = experiment.counts;
    process.stderr.write(`\r${preset.id} ${JSON.stringify(counts)}   `);
    ended = counts.queued + counts.leased + counts.running + counts.cancelling === 0;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`\n${preset.id}: ${JSON.stringify(counts)} in ${seconds} s on ${cpus().length} × ${cpus()[0].model}`);
  recorded.push({ preset, id });
}
await server.stop();
for (const { preset, id } of recorded)
  execFileSync(
    process.execPath,
    [
      "server/recordings/recordExperiment.ts",
      "--experiment",
      id,
      "--data",
      flags.data,
      "--out",
      join(flags.out, `${preset.id}.json.gz`),
    ],
    { cwd: projectRoot, stdio: "inherit" },
  );
