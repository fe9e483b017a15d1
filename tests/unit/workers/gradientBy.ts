import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { oneHot } from "../../../workers/training/batches.ts";
import { defineStep } from "../../../workers/training/defineStep.ts";

/** The gradient of the whole objective on the training set, from one plain gradient step of rate 1. */
export async function gradientBy(engine: Engine, config: RunConfig, data: Dataset, parameters: Float32Array) {
  const plain = { ...config, training: { ...config.training, optimizer: { name: "sgd" as const, momentum: 0 } } };
  const { train } = data;
  const step = await engine.compileStep(
    defineStep(plain, defineNetwork(plain, data), {
      x: { shape: [train.count, data.dimension], data: train.inputs },
      y: { shape: [data.classes, train.count], data: oneHot(train.labels, data.classes) },
    }),
  );
  await step.writeState({ parameters });
  await step.run({ rate: 1, step: 1 });
  const after = (await step.readState()).parameters;
  await step.dispose();
  return Float64Array.from(parameters, (value, i) => value - after[i]);
}
