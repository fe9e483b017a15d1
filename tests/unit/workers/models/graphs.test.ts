import { expect, test } from "vitest";
import { runConfig } from "../../../../contract/config/runConfig.ts";
import { traceStep } from "../../../../workers/engine/traceDefinition.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { defineStep } from "../../../../workers/training/defineStep.ts";

/** The operators of a step on batches of 8 images of 8 × 8 pixels, 4 × 4 patches. */
function operatorsOf(architecture: string, normalization: string) {
  const config = runConfig.parse({
    dataset: { id: "mnist" },
    architecture,
    normalization,
    depth: 3,
    width: 8,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights" },
    training: { batch: 8 },
    measuring: { name: "log" },
    seed: 0,
    device: "cpu",
  });
  const input = { kind: "image" as const, channels: 1, height: 28, width: 28 };
  const network = defineNetwork(config, { classes: 10, dimension: 784, input });
  return traceStep(defineStep(config, network, { batch: 8, of: 16 })).operators;
}

test.each([
  ["t11", "post-ln", 1],
  ["t22", "post-ln", 1],
  ["t11", "pre-ln", 2], // the stream and its layer norm
] as const)("the last tokens of %s, %s, are cut out and put back %i times", (architecture, normalization, times) => {
  const { Slice, Pad } = operatorsOf(architecture, normalization);
  expect([Slice, Pad]).toEqual([times, times]);
});
