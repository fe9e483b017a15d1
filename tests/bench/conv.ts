/**
 * Milliseconds of one training step of the convolutional network, one thread, beside the same step in plain PyTorch, once in its
 * default memory layout and once with the channels last: `node tests/bench/conv.ts`.
 */
import { runConfig } from "../../contract/config/runConfig.ts";
import { compareSteps, openBench, openCompiled, openTorch } from "./compareSteps.ts";

const CLASSES = 10;
const BATCH = 128;
const STEPS_A_TURN = 3;
const [channels, height, width] = [3, 32, 32];
const cases = [
  { channels: 32, depth: 5 },
  { channels: 32, depth: 8 },
];

const python = openBench();
for (const one of cases) {
  const config = runConfig.parse({
    dataset: { id: "cifar10" },
    architecture: "conv",
    normalization: "post-ln",
    depth: one.depth,
    width: one.channels,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights" },
    training: { batch: BATCH },
    measuring: { name: "log" },
    seed: 0,
    device: "cpu",
  });
  const input = { kind: "image" as const, channels, height, width };
  const data = { classes: CLASSES, dimension: channels * height * width, input };
  const ours = await openCompiled(config, data, BATCH, STEPS_A_TURN);
  const torch = (channelsLast: boolean) => {
    const question = { ...one, batch: BATCH, input: [channels, height, width], classes: CLASSES, seed: 0, channelsLast };
    return openTorch(python as string, "conv_torch.py", question, channelsLast ? ", channels last" : "", STEPS_A_TURN);
  };
  const others = python ? [await torch(false), await torch(true)] : [];
  const title = `Conv C=${one.channels} L=${one.depth}, ${channels} × ${height} × ${width}, batches of ${BATCH}`;
  await compareSteps(`${title}, Adam, one thread`, [ours, ...others]);
}
