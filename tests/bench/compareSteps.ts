/**
 * Times one training step of ours beside the same step in PyTorch. The processes take turns, so that whatever else the machine does
 * slows all of them. CPU time hardly feels other processes: where the machine is busy, read that.
 */

import { spawn, spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { median } from "../../math/statistics/quantile.ts";
import { createEngine } from "../../workers/engine/createEngine.ts";
import type { Values } from "../../workers/engine/engine.ts";
import { withHugePages } from "../../workers/env.ts";
import { defineNetwork, type NetworkData } from "../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../workers/models/parameterLayout.ts";
import { defineStep } from "../../workers/training/defineStep.ts";

export interface Timing {
  wallMs: number[];
  cpuMs: number[];
}
export interface TimedStep {
  name: string;
  /** Runs a few steps. */
  run(): Promise<Timing>;
  close(): Promise<void>;
}

const TURNS = 12;

/** Lets the steps take turns and prints their times, the first one's also as shares of the others'. Closes them. */
export async function compareSteps(title: string, all: readonly TimedStep[]): Promise<void> {
  const timings = all.map((): Timing => ({ wallMs: [], cpuMs: [] }));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, { run }] of all.entries()) {
      const { wallMs, cpuMs } = await run();
      if (turn === 0) continue; // warm-up
      timings[i].wallMs.push(...wallMs);
      timings[i].cpuMs.push(...cpuMs);
    }
  }
  for (const { close } of all) await close();
  console.log(`\n${title}`);
  all.forEach(({ name }, i) => {
    const ratio = (of: (t: Timing) => number) => (of(timings[0]) / of(timings[i])).toFixed(2);
    const ratios = `; collapsar takes ${ratio((t) => median(t.wallMs))} of its wall median, ${ratio((t) => Math.min(...t.wallMs))} of its minimum, ${ratio((t) => median(t.cpuMs))} of its CPU median`;
    console.log(`  ${name.padEnd(28)} ${show(timings[i])}${i === 0 ? "" : ratios}`);
  });
}

/** Our step of a run, one thread: on batches, or with the full batch bound once. */
export async function openCompiled(config: RunConfig, data: NetworkData, batch: number, stepsATurn: number): Promise<TimedStep> {
  const { classes, dimension } = data;
  const network = defineNetwork(config, data);
  const x = randomValues(batch * dimension);
  const y = new Float32Array(classes * batch); // one-hot columns
  for (let n = 0; n < batch; n++) y[((n * 7919) % classes) * batch + n] = 1;
  const full = config.training.batch === "full";
  const bound = { x: { shape: [batch, dimension], data: x }, y: { shape: [classes, batch], data: y } };
  const engine = await createEngine({ device: "cpu", threads: 1 });
  const step = await engine.compileStep(defineStep(config, network, full ? bound : { batch, of: batch }));
  await step.writeState({ parameters: initializeParameters(network.parameters, 0) });
  let count = 0;
  return {
    name: "collapsar",
    async run() {
      const timing: Timing = { wallMs: [], cpuMs: [] };
      for (let k = 0; k < stepsATurn; k++) {
        const inputs: Record<string, Values> = { rate: 0.005, step: ++count, ...(full ? {} : { x, y }) };
        const start = performance.now();
        const cpuStart = process.cpuUsage();
        await step.run(inputs);
        const { user, system } = process.cpuUsage(cpuStart);
        timing.wallMs.push(performance.now() - start);
        timing.cpuMs.push((user + system) / 1000);
      }
      return timing;
    },
    close: () => step.dispose(),
  };
}

/** PyTorch's step, by a script of this folder that times steps when asked; `label` follows PyTorch's version in its name. */
export async function openTorch(
  python: string,
  script: string,
  one: object,
  label: string,
  stepsATurn: number,
): Promise<TimedStep> {
  const env = torchEnvironment();
  const child = spawn(python, [new URL(script, import.meta.url).pathname, "1"], { env, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: object) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return JSON.parse((await lines.next()).value as string);
  };
  const { torch } = await ask(one);
  return {
    name: `torch ${torch.split("+")[0]}${label}`,
    run: () => ask({ steps: stepsATurn }),
    close: async () => {
      child.stdin.end();
    },
  };
}

/**
 * Prints the machine; looks for PyTorch in the Python named by COLLAPSAR_TORCH_PYTHON, then in python3. Ours runs as a run's process
 * does, with its memory's tunables: malloc reads them when a process begins. PyTorch gets what was given.
 */
export function openBench(): string | undefined {
  const given = process.env.GLIBC_TUNABLES ?? "";
  if (process.env.COLLAPSAR_BENCH_TUNABLES === undefined && given !== withHugePages(given)) {
    const env = { ...process.env, GLIBC_TUNABLES: withHugePages(given), COLLAPSAR_BENCH_TUNABLES: given };
    process.exit(spawnSync(process.execPath, process.argv.slice(1), { env, stdio: "inherit" }).status ?? 1);
  }
  const candidates = [process.env.COLLAPSAR_TORCH_PYTHON, "python3"].filter((name) => name !== undefined);
  const python = candidates.find((name) => spawnSync(name, ["-c", "import torch"], { stdio: "ignore" }).status === 0);
  console.log(`${cpus()[0].model.trim()}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.version}`);
  if (!python) console.log("PyTorch was not found: set COLLAPSAR_TORCH_PYTHON to a Python that has it.");
  return python;
}

/** What PyTorch's processes are given: the environment from before ours was set up. */
export const torchEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GLIBC_TUNABLES: process.env.COLLAPSAR_BENCH_TUNABLES ?? process.env.GLIBC_TUNABLES,
});

function randomValues(count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
  );
}

function show({ wallMs, cpuMs }: Timing): string {
  const ms = (x: number) => `${x.toFixed(1)} ms`.padStart(9);
  return `wall median ${ms(median(wallMs))}, minimum ${ms(Math.min(...wallMs))}; CPU median ${ms(median(cpuMs))}`;
}
