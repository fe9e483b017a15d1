import { type RunConfig, runConfig } from "../../../contract/config/runConfig.ts";
import { isTokenTask } from "../../../contract/data/tokenTasks.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import { makeSynthetic } from "../../../workers/data/resolve/makeSynthetic.ts";
import { makeTokenTask } from "../../../workers/data/resolve/makeTokenTask.ts";

type Overrides = { [Key in keyof RunConfig]?: unknown };

/** A small run that trains in milliseconds. */
export function smallRun(overrides: Overrides = {}): RunConfig {
  return runConfig.parse({
    dataset: { id: "gaussian-clusters", classes: 3, dimension: 4, trainPerClass: 6, testPerClass: 4, separation: 2 },
    architecture: "rn1",
    normalization: "post-ln",
    definition: 2,
    depth: 3,
    width: 8,
    loss: "ce",
    headBias: false,
    regularizer: { family: "weights", lambda: 0.01, headLambda: 0.02 },
    training: { steps: 20, learningRate: 0.01 },
    measuring: { name: "log" },
    seed: 1,
    device: "cpu",
    ...overrides,
  });
}

export function dataOf(config: RunConfig): Dataset {
  if (isTokenTask(config.dataset)) return makeTokenTask(config.dataset);
  if (config.dataset.id !== "gaussian-clusters" && config.dataset.id !== "random-labels") throw new Error("synthetic sets only");
  return makeSynthetic(config.dataset);
}
