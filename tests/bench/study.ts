/**
 * Runs a preset's grid straight through the training code, without server and database, and prints what it found and how long it took,
 * beside the same study as a plain PyTorch script (study_torch.py), where there is PyTorch and the script has such networks:
 *   npm run bench:study -- <preset> [--processes N] [--set '{"training":{"steps":500}}'] [--datasets DIR] [--json FILE]
 *                       [--pack 64] [--torch-steps N | --no-torch]
 * `--json` keeps the results after each run, and goes on with those found there (of the same config). `--set` is merged into the preset's
 * config (objects are merged, lists replaced). `--pack`: runs in one step at most. `--torch-steps`: PyTorch trains each run for so many
 * steps, and its time is scaled. For each line of the study (architecture, loss, regularizer, width): arithmetic mean ± sd over seeds
 * at each depth, the log-log slope through the depths' geometric means ± its standard error.
 */
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { plusMinus } from "../../app/text/plusMinus.ts";
import { misfitText, slopeInFull } from "../../app/text/slopeText.ts";
import { architectureLabel } from "../../contract/config/architecture.ts";
import { expandGrid, experimentConfig } from "../../contract/config/experimentConfig.ts";
import { layersOf } from "../../contract/config/networkForm.ts";
import { regularizerLabel } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { packKey } from "../../contract/pack/packKey.ts";
import { gainingRuns } from "../../contract/pack/packLimit.ts";
import { presets } from "../../contract/presets/presets.ts";
import { logLogSlope } from "../../math/statistics/logLogSlope.ts";
import { meanBand } from "../../math/statistics/seedBand.ts";
import type { PackAdvice } from "../../workers/run/messages.ts";
import { openBench } from "./compareSteps.ts";
import { merge } from "./merge.ts";
import type { CellAnswer, CellQuestion, CellResult } from "./studyCell.ts";
import { torchStudy } from "./torchStudy.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    processes: { type: "string", default: String(availableParallelism()) },
    set: { type: "string", default: "{}" },
    datasets: { type: "string", default: "" },
    json: { type: "string" },
    pack: { type: "string", default: "64" },
    "torch-steps": { type: "string" },
    "no-torch": { type: "boolean", default: false },
  },
});
const preset = presets.find(({ id }) => id === positionals[0]);
if (!preset) throw new Error(`name a preset: ${presets.map(({ id }) => id).join(", ")}`);
const python = openBench();
const runs = expandGrid(experimentConfig.parse(merge(preset.config, JSON.parse(options.set))));
const cache = mkdtempSync(join(tmpdir(), "study-"));
const known: { config: RunConfig; result: CellResult | null }[] =
  options.json && existsSync(options.json) ? JSON.parse(readFileSync(options.json, "utf8")) : [];
const results = runs.map((config) => known.find((old) => JSON.stringify(old.config) === JSON.stringify(config))?.result ?? null);
const isWhole = results.every((result) => result === null);
// The longest first, so that the processes end together.
const waiting = [...runs.keys()]
  .filter((i) => !results[i])
  .sort((a, b) => runs[b].depth * runs[b].width ** 2 - runs[a].depth * runs[a].width ** 2);
/** What was found to be best for a key. */
const best = new Map<string, PackAdvice["best"]>();
const processes = Number(options.processes);
const startedAt = performance.now();
await Promise.all(Array.from({ length: processes }, () => worker()));
const wallS = (performance.now() - startedAt) / 1000;
report();
if (python && !options["no-torch"] && isWhole) await compareWithTorch(python);
process.exit(0);

async function worker(): Promise<void> {
  const child = fork(new URL("studyCell.ts", import.meta.url), [options.datasets, cache], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "inherit", "ignore", "ipc"],
  });
  for (let claim = take(); claim.length > 0; claim = take()) {
    const key = packKey(runs[claim[0]]);
    const most = Number(options.pack);
    const advice = most > 1 && claim.length > 1 ? { best: best.get(key) ?? null, most } : undefined;
    const ended = new Promise<PackAdvice["best"]>((resolve, reject) => {
      const listen = (answer: CellAnswer) => {
        if ("best" in answer) return resolve(answer.best);
        results[answer.at] = answer.result;
        if (options.json) writeFileSync(options.json, JSON.stringify(runs.map((config, i) => ({ config, result: results[i] }))));
        process.stderr.write(`\r${results.filter(Boolean).length}/${runs.length} `);
      };
      child.removeAllListeners().on("message", (answer) => listen(answer as CellAnswer));
      child.once("exit", (code) => reject(new Error(`a process ended with ${code}`)));
    });
    child.send({ runs: claim.map((at) => ({ at, config: runs[at] })), advice } satisfies CellQuestion);
    const found = await ended;
    if (found) best.set(key, found);
  }
  child.removeAllListeners();
  child.disconnect();
}

/** As a server gives runs: those of the first one's key, shared among the slots, and no more than pay in one step. */
function take(): number[] {
  if (waiting.length === 0) return [];
  const key = packKey(runs[waiting[0]]);
  const alike = waiting.filter((i) => packKey(runs[i]) === key);
  const limit = best.get(key)?.runs ?? gainingRuns(runs[waiting[0]]);
  const claim = alike.slice(0, Math.max(1, Math.min(Math.ceil(alike.length / processes), limit, Number(options.pack))));
  for (const i of claim) waiting.splice(waiting.indexOf(i), 1);
  return claim;
}

async function compareWithTorch(python: string): Promise<void> {
  const steps = options["torch-steps"];
  const torch = await torchStudy(python, runs, { folder: options.datasets || null, cache }, steps ? Number(steps) : null);
  if (typeof torch === "string") return console.log(`\nBeside PyTorch: ${torch}`);
  const packs = results.map((result) => (result && "pack" in result ? result.pack : 1));
  const how = `${processes} processes, packs of up to ${Math.max(...packs)}, measured`;
  const scaled = steps ? `, scaled from ${steps} steps a run` : "";
  console.log(`\nThe whole study: ${wallS.toFixed(0)} s (${how})`);
  console.log(
    `PyTorch ${torch.version}, ${torch.threads} threads: ${torch.seconds.toFixed(0)} s (one run after the other, not measured${scaled})`,
  );
  console.log(`PyTorch takes ${(torch.seconds / wallS).toFixed(2)} × as long`);
}

function report(): void {
  console.log(`\n${preset?.title}: ${runs.length} runs, ${processes} processes, ${wallS.toFixed(0)} s`);
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
      ["pack", () => "pack"],
    ];
    const numberOf = (member: (typeof members)[number], key: string): number => {
      const { result } = member;
      if (!result || "failure" in result) return Number.NaN;
      if (key === "s") return result.elapsedMs / 1000;
      if (key === "pack") return result.pack ?? 1;
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
