import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { effectiveRidge } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Dataset } from "../../workers/data/dataset.ts";
import { loadDataset } from "../../workers/data/resolve/loadDataset.ts";
import type { DatasetPlaces } from "../../workers/data/sources/places.ts";
import { torchEnvironment } from "./compareSteps.ts";

interface TorchStudy {
  version: string;
  threads: number;
  /** Of all runs, one after the other. */
  seconds: number;
}

/**
 * The study as study_torch.py trains it; `steps` cuts each run down to so many, and scales its time.
 * @returns why not, where the script does not have such runs
 */
export async function torchStudy(
  python: string,
  runs: readonly RunConfig[],
  places: DatasetPlaces,
  steps: number | null,
): Promise<TorchStudy | string> {
  const missing = runs.map(missingInTorch).find((why) => why !== null);
  if (missing) return missing;
  const total: TorchStudy = { version: "", threads: 0, seconds: 0 };
  for (const set of new Set(runs.map(({ dataset }) => JSON.stringify(dataset)))) {
    const members = runs.filter(({ dataset }) => JSON.stringify(dataset) === set);
    const data = await loadDataset(members[0].dataset, places, () => {});
    const { version, threads, seconds } = await trainAll(python, members, data, join(places.cache, "inputs.f32"), steps);
    Object.assign(total, { version, threads, seconds: total.seconds + seconds });
  }
  return total;
}

async function trainAll(
  python: string,
  runs: readonly RunConfig[],
  data: Dataset,
  file: string,
  steps: number | null,
): Promise<TorchStudy> {
  writeFileSync(file, data.train.inputs);
  const child = spawn(python, [new URL("study_torch.py", import.meta.url).pathname], {
    env: torchEnvironment(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { dimension, classes, train } = data;
  const set = { inputs: file, labels: Array.from(train.labels), dimension, classes };
  child.stdin.write(`${JSON.stringify({ data: set, steps, runs: runs.map(torchRun) })}\n`);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("PyTorch's process ended");
    return JSON.parse(value as string);
  };
  const { torch, threads } = await next();
  let seconds = 0;
  for (const [at, run] of runs.entries()) {
    const trained = await next();
    seconds += trained.s;
    const what = `PyTorch, L=${run.depth} seed ${run.seed}: ${trained.s.toFixed(1)} s, loss ${trained.loss.toFixed(4)}, ${trained.adam} Adam`;
    console.log(`${at === 0 ? "\n" : ""}${what}`);
  }
  return { version: torch.split("+")[0], threads, seconds };
}

function missingInTorch({ architecture, normalization, loss, headBias, regularizer, training }: RunConfig): string | null {
  const { optimizer, schedule, batch, warmupSteps } = training;
  const isThere =
    (architecture === "rn1" || architecture === "rn2") &&
    normalization === "post-ln" &&
    loss === "ce" &&
    !headBias &&
    regularizer.family === "weights" &&
    optimizer.name === "adam" &&
    batch === "full" &&
    warmupSteps === 0 &&
    schedule.name === "cosine";
  return isThere
    ? null
    : `study_torch.py has post-LN residual networks with cross entropy, ridge, and full-batch Adam on a cosine, and nothing else`;
}

function torchRun({ architecture, depth, width, seed, regularizer, training }: RunConfig) {
  const { head, hidden } = effectiveRidge(regularizer, depth);
  const { steps, learningRate, schedule, initialization } = training;
  const floor = schedule.name === "cosine" ? schedule.floor : 1;
  return { architecture, depth, width, seed, steps, rate: learningRate, floor, decay: { head, hidden }, ...initialization };
}
