/**
 * Milliseconds of one training step of the transformers on images, one thread, beside the same step in PyTorch:
 * `node tests/bench/transformer.ts`.
 */
import { type RunConfig, runConfig } from "../../contract/config/runConfig.ts";
import { compareSteps, openBench, openCompiled, openTorch } from "./compareSteps.ts";

interface Case {
  architecture: "t11" | "t12" | "t21" | "t22";
  d: number;
  depth: number;
  batch: number;
  channels: number;
  side: number;
}

const CLASSES = 10;
const STEPS_A_TURN = 3;
/** An image is 4 × 4 patches. */
const TOKENS = 16;
const mnist = { channels: 1, side: 28 };
const cases: Case[] = [
  { architecture: "t11", d: 64, depth: 8, batch: 128, ...mnist },
  { architecture: "t22", d: 64, depth: 8, batch: 128, ...mnist },
  { architecture: "t11", d: 64, depth: 3, batch: 256, channels: 3, side: 32 },
];

const python = openBench();
for (const one of cases) {
  const { architecture, d, depth, batch, channels, side } = one;
  const dimension = channels * side * side;
  const input = { kind: "image" as const, channels, height: side, width: side };
  const ours = await openCompiled(configOf(one), { classes: CLASSES, dimension, input }, batch, STEPS_A_TURN);
  const torch = (fused: boolean) =>
    openTorch(
      python as string,
      "transformer_torch.py",
      { ...one, fused, tokens: TOKENS, patch: dimension / TOKENS, classes: CLASSES, seed: 0 },
      fused ? ", fused" : "",
      STEPS_A_TURN,
    );
  const others = python ? [await torch(false), await torch(true)] : [];
  const title = `${architecture.toUpperCase()} d=${d} L=${depth}, ${TOKENS} tokens of ${dimension / TOKENS}, batches of ${batch}`;
  await compareSteps(`${title}, Adam, one thread`, [ours, ...others]);
}

function configOf({ architecture, d, depth, batch }: Case): RunConfig {
  return runConfig.parse({
    dataset: { id: "mnist" },
    architecture,
    normalization: "post-ln",
    depth,
    width: d,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights" },
    training: { batch },
    measuring: { name: "log" },
    seed: 0,
    device: "cpu",
  });
}
