/**
 * How long a run that was given to a prepared process takes to its first numbers: `node tests/bench/firstMeasurement.ts`.
 * One line for each depth of First light: time to be prepared, to the first measurement in the spool, and to the second.
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandGrid } from "../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { presets } from "../../contract/presets/presets.ts";
import type { FromRun, ToRun } from "../../workers/run/messages.ts";
import { readSpool, spoolPath } from "../../workers/spool/spool.ts";

const preset = presets.find(({ id }) => id === "first-light")!;
for (const config of expandGrid({ ...preset.config, seeds: [0] })) await time(config);

async function time(config: RunConfig): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "first-"));
  const spool = spoolPath(folder, "run", 1);
  const child = fork(new URL("../../workers/run/main.ts", import.meta.url), { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const startedAt = performance.now();
  let assignedAt = 0;
  const measuredAt: number[] = [];
  child.on("message", (message: FromRun) => {
    if (message.type === "ready") {
      assignedAt = performance.now();
      child.send({
        type: "assign",
        runs: [
          {
            assignment: { runId: "run", attempt: 1, lease: "bench", config, experimentName: "bench" },
            paths: { spool, checkpoints: join(folder, "checkpoints"), datasets: null, datasetCache: join(folder, "cache") },
          },
        ],
        device: "cpu",
        threads: 1,
      } satisfies ToRun);
    } else if (message.type === "spooled") {
      const count = readSpool(spool).events.filter(({ event }) => event.kind === "measurement").length;
      while (measuredAt.length < count) measuredAt.push(performance.now() - assignedAt);
      if (count >= 2) child.send({ type: "cancel" } satisfies ToRun);
    }
  });
  await new Promise((resolve) => child.on("exit", resolve));
  const [first, second] = measuredAt.map((ms) => ms.toFixed(0));
  console.log(
    `L=${config.depth}: prepared in ${(assignedAt - startedAt).toFixed(0)} ms, first measurement after ${first} ms, second after ${second} ms`,
  );
  rmSync(folder, { recursive: true });
}
