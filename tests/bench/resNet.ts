/**
 * Milliseconds of one training step of ResNet-18, one thread, beside the same step in plain PyTorch with the channels last, its faster
 * memory layout for convolutions on a CPU: `node tests/bench/resNet.ts`, or with widths: `node tests/bench/resNet.ts 16 64`.
 */
import { runConfig } from "../../contract/config/runConfig.ts";
import { compareSteps, openBench, openCompiled, openTorch } from "./compareSteps.ts";

const CLASSES = 10;
const BATCH = 128;
const [channels, height, width] = [3, 32, 32];
const given = process.argv.slice(2).map(Number);

const python = openBench();
for (const d of given.length > 0 ? given : [16, 32, 64]) {
  const config = runConfig.parse({
    dataset: { id: "cifar10" },
    architecture: "resnet",
    normalization: "post-ln",
    depth: 18,
    width: d,
    loss: "ce",
    headBias: true,
    regularizer: { family: "weights", lambda: 5e-4, decayed: "all" },
    training: { batch: BATCH, optimizer: { name: "sgd", momentum: 0.9 } },
    measuring: { name: "log" },
    seed: 0,
    device: "cpu",
  });
  const input = { kind: "image" as const, channels, height, width };
  const data = { classes: CLASSES, dimension: channels * height * width, input };
  const ours = await openCompiled(config, data, BATCH, 1);
  const question = { width: d, batch: BATCH, input: [channels, height, width], classes: CLASSES, seed: 0 };
  const others = python ? [await openTorch(python, "resNet_torch.py", question, ", channels last", 1)] : [];
  await compareSteps(`ResNet-18 d=${d}, ${channels} × ${height} × ${width}, batches of ${BATCH}, SGD, one thread`, [
    ours,
    ...others,
  ]);
}
