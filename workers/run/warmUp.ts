import { runConfig } from "../../contract/config/runConfig.ts";
import { makeSynthetic } from "../data/resolve/makeSynthetic.ts";
import { createEngine } from "../engine/createEngine.ts";
import { makeObserver } from "../measure/observer.ts";
import { runOptimum } from "../measure/runOptimum.ts";
import { defineNetwork } from "../models/defineNetwork.ts";
import { initializeParameters } from "../models/parameterLayout.ts";
import { makeTrainer } from "../training/train.ts";

/**
 * Runs a very small network once through everything, so that a run given later finds all code loaded and compiled: its first
 * numbers come sooner by several hundred milliseconds.
 */
export async function warmUp(): Promise<void> {
  const config = runConfig.parse({
    dataset: { id: "gaussian-clusters", classes: 3, dimension: 4, trainPerClass: 20, testPerClass: 10 },
    architecture: "rn1",
    normalization: "post-ln",
    depth: 3,
    width: 8,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights" },
    training: { steps: 2 },
    measuring: { name: "log" },
    seed: 0,
    device: "cpu",
  });
  if (config.dataset.id !== "gaussian-clusters") return;
  const dataset = makeSynthetic(config.dataset);
  const network = defineNetwork(config, dataset);
  const engine = await createEngine({ device: "cpu", threads: 1 });
  const parameters = initializeParameters(network.parameters, 0);
  const optimum = runOptimum(config, dataset.resolved.trainCounts);
  for (const place of ["host", "device"] as const) {
    const observer = await makeObserver(engine, config, network, dataset, optimum, { place });
    for (let round = 0; round < 3; round++) await observer.observe(0, { parameters });
    await observer.dispose();
  }
  const trainer = await makeTrainer(engine, config, network, dataset, { parameters });
  for await (const _ of trainer.train(0));
  await trainer.dispose();
}
