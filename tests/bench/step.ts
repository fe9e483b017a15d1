/**
 * Milliseconds of one training step of the residual networks, one thread, beside the same step in plain PyTorch:
 * `npm run bench:step`.
 */
import { type RunConfig, runConfig } from "../../contract/config/runConfig.ts";
import { compareSteps, openBench, openCompiled, openTorch } from "./compareSteps.ts";

interface Case {
  architecture: "rn1" | "rn2";
  d: number;
  depth: number;
  batch: number;
  /** The whole data set at every step, bound once; else a batch given at each step. */
  full: boolean;
}

const INPUTS = 784;
const CLASSES = 10;
const STEPS_A_TURN = 5;
const cases: Case[] = [
  { architecture: "rn1", d: 64, depth: 8, batch: 2000, full: true },
  { architecture: "rn1", d: 64, depth: 34, batch: 2000, full: true },
  { architecture: "rn1", d: 256, depth: 8, batch: 256, full: false },
  { architecture: "rn2", d: 256, depth: 8, batch: 256, full: false },
];

const python = openBench();
for (const one of cases) {
  const { architecture, d, depth, batch, full } = one;
  const data = { classes: CLASSES, dimension: INPUTS, input: { kind: "vector" as const, dimension: INPUTS } };
  const ours = await openCompiled(configOf(one), data, batch, STEPS_A_TURN);
  const torch = (fused: boolean) =>
    openTorch(
      python as string,
      "step_torch.py",
      { ...one, fused, inputs: INPUTS, classes: CLASSES, seed: 0 },
      fused ? ", fused Adam" : "",
      STEPS_A_TURN,
    );
  const others = python ? [await torch(false), await torch(true)] : [];
  const title = `${architecture.toUpperCase()} d=${d} L=${depth}, ${full ? `full batch of ${batch}` : `batches of ${batch}`}`;
  await compareSteps(`${title}, Adam, one thread`, [ours, ...others]);
}

function configOf({ architecture, d, depth, batch, full }: Case): RunConfig {
  return runConfig.parse({
    dataset: { id: "random-labels" },
    architecture,
    normalization: "post-ln",
    depth,
    width: d,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights" },
    training: { batch: full ? "full" : batch },
    measuring: { name: "log" },
    seed: 0,
    device: "cpu",
  });
}
