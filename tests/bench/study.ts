/**
 * Runs a preset's grid straight through the training code, without server and database, and prints what it found:
 *   node tests/bench/study.ts <preset> [--processes 2] [--set '{"training":{"steps":500}}'] [--datasets DIR] [--json FILE]
 * `--json` keeps the results after each run, and goes on with those found there (of the same config). `--set` is merged into the preset's config (objects are merged, lists replaced). For each line of the study (architecture,
 * loss, regularizer, width): arithmetic mean ± sd over seeds at each depth, the log-log slope through the depths' geometric means ± its standard error.
 */
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { plusMinus } from "../../app/text/plusMinus.ts";
import { misfitText, slopeInFull } from "../../app/text/slopeText.ts";
import { architectureLabel } from "../../contract/config/architecture.ts";
import { expandGrid, experimentConfig } from "../../contract/config/experimentConfig.ts";
import { layersOf } from "../../contract/config/networkForm.ts";
import { regularizerLabel } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { presets } from "../../contract/presets/presets.ts";
import { logLogSlope } from "../../math/statistics/logLogSlope.ts";
import { meanBand } from "../../math/statistics/seedBand.ts";
import { merge } from "./merge.ts";
import type { CellResult } from "./studyCell.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    processes: { type: "string", default: "2" },
    set: { type: "string", default: "{}" },
    datasets: { type: "string", default: "" },
    json: { type: "string" },
  },
});
const preset = presets.find(({ id }) => id === positionals[0]);
if (!preset) throw new Error(`name a preset: ${presets.map(({ id }) => id).join(", ")}`);
const runs = expandGrid(experimentConfig.parse(merge(preset.config, JSON.parse(options.set))));
const cache = mkdtempSync(join(tmpdir(), "study-"));
const known: { config: RunConfig; result: CellResult | null }[] =
  options.json && existsSync(options.json) ? JSON.parse(readFileSync(options.json, "utf8")) : [];
const results = runs.map((config) => known.find((old) => JSON.stringify(old.config) === JSON.stringify(config))?.result ?? null);
// The longest first, so that the processes end together.
const order = [...runs.keys()]
  .filter((i) => !results[i])
  .sort((a, b) => runs[b].depth * runs[b].width ** 2 - runs[a].depth * runs[a].width ** 2);
const startedAt = performance.now();
await Promise.all(Array.from({ length: Number(options.processes) }, () => worker()));
report();

async function worker(): Promise<void> {
  const child = fork(new URL("studyCell.ts", import.meta.url), [options.datasets, cache], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "inherit", "ignore", "ipc"],
  });
  for (let next = order.shift(); next !== undefined; next = order.shift()) {
    const answer = new Promise<CellResult>((resolve, reject) => {
      child.once("message", (message) => resolve(message as CellResult));
      child.once("exit", (code) => reject(new Error(`a process ended with ${code}`)));
    });
    child.send(runs[next]);
    results[next] = await answer;
    child.removeAllListeners("exit");
    if (options.json) writeFileSync(options.json, JSON.stringify(runs.map((config, i) => ({ config, result: results[i] }))));
    process.stderr.write(`\r${results.filter(Boolean).length}/${runs.length} `);
  }
  child.disconnect();
}

function report(): void {
  const wallS = (performance.now() - startedAt) / 1000;
  console.log(`\n${preset?.title}: ${runs.length} runs, ${options.processes} processes, ${wallS.toFixed(0)} s`);
  for (const line of new Set(runs.map(lineOf))) {
    const members = runs.map((config, i) => ({ config, result: results[i] })).filter(({ config }) => lineOf(config) === line);
    console.log(`\n${line}`);
    const metrics: [string, (config: RunConfig) => string][] = [
      ["gap", () => "train/gap.total"],
      ["gap head", () => "train/gap.head"],
      ["NC1", (config) => `train/nc1.ratio@${layersOf(config)}`],
      ["NC2", (config) => `train/nc2.frame@${layersOf(config)}`],
      ["NC3", (config) => `train/nc3.cosine@${layersOf(config)}`],
      ["D", () => "train/distance.procrustes"],
      ["J", () => "train/loss"],
      ["acc", () => "train/accuracy"],
      ["test", () => "test/accuracy"],
      ["s", () => "s"],
      ["meas%", () => "measuring"],
    ];
    const numberOf = (member: (typeof members)[number], key: string): number => {
      const { result } = member;
      if (!result || "failure" in result) return Number.NaN;
      if (key === "s") return result.elapsedMs / 1000;
      if (key === "measuring") return (100 * result.measuringMs) / result.elapsedMs;
      return result.values[key] ?? Number.NaN;
    };
    console.log(["L".padStart(4), "N".padStart(2), ...metrics.map(([name]) => name.padStart(15))].join(" "));
    for (const depth of [...new Set(members.map(({ config }) => config.depth))].sort((a, b) => a - b)) {
      const here = members.filter(({ config }) => config.depth === depth);
      const cells = metrics.map(([, key]) => {
        const band = meanBand(here.map((member) => numberOf(member, key(member.config))));
        return band ? plusMinus(band.mean, band.standardDeviation) : "–";
      });
      const ended = here.filter(({ result }) => result && !("failure" in result)).length;
      console.log([String(depth).padStart(4), String(ended).padStart(2), ...cells.map((cell) => cell.padStart(15))].join(" "));
    }
    if (new Set(members.map(({ config }) => config.depth)).size > 1)
      for (const [name, key] of metrics.slice(0, 6)) {
        const fit = logLogSlope(members.map((member) => ({ x: member.config.depth, y: numberOf(member, key(member.config)) })));
        console.log(`  slope of ${name.padEnd(9)} ${slopeInFull(fit, "depth")}, ${fit.count} runs; misfit: ${misfitText(fit)}`);
      }
    for (const { config, result } of members)
      if (result && "failure" in result)
        console.log(`  L=${config.depth} seed ${config.seed} failed: ${result.failure.split("\n")[0]}`);
  }
}

function lineOf(config: RunConfig): string {
  return `${architectureLabel(config.architecture, config)} d=${config.width} ${config.loss} ${regularizerLabel(config.regularizer)}`;
}
