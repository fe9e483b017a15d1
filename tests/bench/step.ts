/**
 * Milliseconds of one training step, one thread, beside the same step in plain PyTorch: `npm run bench:step`.
 * Both processes take turns, so that whatever else the machine does slows both. CPU time hardly feels other processes: where the
 * machine is busy, read that. PyTorch is looked for in the Python named by COLLAPSAR_TORCH_PYTHON, then in python3.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { type RunConfig, runConfig } from "../../contract/runConfig.ts";
import { createEngine } from "../../workers/engine/createEngine.ts";
import type { Values } from "../../workers/engine/engine.ts";
import { defineNetwork } from "../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../workers/models/parameterLayout.ts";
import { defineStep } from "../../workers/training/defineStep.ts";

interface Case {
  architecture: "rn1" | "rn2";
  d: number;
  depth: number;
  batch: number;
  /** The whole data set at every step, bound once; else a batch given at each step. */
  full: boolean;
}
interface Timing {
  wallMs: number[];
  cpuMs: number[];
}

const INPUTS = 784;
const CLASSES = 10;
const TURNS = 12;
const STEPS_A_TURN = 5;
const cases: Case[] = [
  { architecture: "rn1", d: 64, depth: 8, batch: 2000, full: true },
  { architecture: "rn1", d: 64, depth: 34, batch: 2000, full: true },
  { architecture: "rn1", d: 256, depth: 8, batch: 256, full: false },
  { architecture: "rn2", d: 256, depth: 8, batch: 256, full: false },
];

const python = findTorch();
console.log(`${cpus()[0].model.trim()}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.version}`);
if (!python) console.log("PyTorch is not there: set COLLAPSAR_TORCH_PYTHON to a Python that has it.");
for (const one of cases) await compare(one);

async function compare(one: Case): Promise<void> {
  const ours = await openCompiled(one);
  const others = python ? [await openTorch(python, one, false), await openTorch(python, one, true)] : [];
  const all = [ours, ...others];
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
  const { architecture, d, depth, batch, full } = one;
  const network = `${architecture.toUpperCase()} d=${d} L=${depth}`;
  console.log(`\n${network}, ${full ? `full batch of ${batch}` : `batches of ${batch}`}, Adam, one thread`);
  all.forEach(({ name }, i) => {
    const ratio = (of: (t: Timing) => number) => (of(timings[0]) / of(timings[i])).toFixed(2);
    const ratios = `; collapsar takes ${ratio((t) => median(t.wallMs))} of its wall median, ${ratio((t) => Math.min(...t.wallMs))} of its minimum, ${ratio((t) => median(t.cpuMs))} of its CPU median`;
    console.log(`  ${name.padEnd(26)} ${show(timings[i])}${i === 0 ? "" : ratios}`);
  });
}

async function openCompiled({ architecture, d, depth, batch, full }: Case) {
  const config = configOf(architecture, d, depth, full ? "full" : batch);
  const network = defineNetwork(config, { classes: CLASSES, dimension: INPUTS });
  const x = randomValues(batch * INPUTS);
  const y = new Float32Array(CLASSES * batch); // one-hot columns
  for (let n = 0; n < batch; n++) y[((n * 7919) % CLASSES) * batch + n] = 1;
  const bound = { x: { shape: [batch, INPUTS], data: x }, y: { shape: [CLASSES, batch], data: y } };
  const engine = await createEngine({ device: "cpu", threads: 1 });
  const step = await engine.compileStep(defineStep(config, network, full ? bound : { batch }));
  await step.writeState({ parameters: initializeParameters(network.parameters, 0) });
  let count = 0;
  return {
    name: "collapsar",
    async run(): Promise<Timing> {
      const timing: Timing = { wallMs: [], cpuMs: [] };
      for (let k = 0; k < STEPS_A_TURN; k++) {
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

async function openTorch(executable: string, one: Case, fused: boolean) {
  const child = spawn(executable, [new URL("step_torch.py", import.meta.url).pathname, "1"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: object) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return JSON.parse((await lines.next()).value as string);
  };
  const { torch } = await ask({ ...one, fused, inputs: INPUTS, classes: CLASSES, seed: 0 });
  return {
    name: `torch ${torch.split("+")[0]}${fused ? ", fused Adam" : ""}`,
    run: (): Promise<Timing> => ask({ steps: STEPS_A_TURN }),
    close: async () => child.stdin.end(),
  };
}

function configOf(architecture: RunConfig["architecture"], width: number, depth: number, batch: number | "full"): RunConfig {
  return runConfig.parse({
    dataset: { id: "random-labels" },
    architecture,
    normalization: "post-ln",
    depth,
    width,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights" },
    training: { batch },
    measuring: { name: "log" },
    seed: 0,
    device: "cpu",
  });
}

function findTorch(): string | undefined {
  const candidates = [process.env.COLLAPSAR_TORCH_PYTHON, "python3"].filter((name) => name !== undefined);
  return candidates.find((name) => spawnSync(name, ["-c", "import torch"], { stdio: "ignore" }).status === 0);
}

function randomValues(count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
  );
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function show({ wallMs, cpuMs }: Timing): string {
  const ms = (x: number) => `${x.toFixed(1)} ms`.padStart(9);
  return `wall median ${ms(median(wallMs))}, minimum ${ms(Math.min(...wallMs))}; CPU median ${ms(median(cpuMs))}`;
}
