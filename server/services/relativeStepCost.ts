import type { DatasetConfig, DatasetId } from "../../contract/datasetConfig.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import { stepCost } from "../../math/stepCost.ts";

/** Classes, input dimension and training samples of the whole image sets. */
const imageSizes: Partial<Record<DatasetId, { classes: number; inputDim: number; train: number }>> = {
  "fashion-mnist-mini": { classes: 10, inputDim: 784, train: 2_000 },
  "fashion-mnist": { classes: 10, inputDim: 784, train: 60_000 },
  mnist: { classes: 10, inputDim: 784, train: 60_000 },
  cifar10: { classes: 10, inputDim: 3_072, train: 50_000 },
  "cifar10-lossless-5k": { classes: 10, inputDim: 3_072, train: 4_000 },
};

function datasetSize(config: DatasetConfig): { classes: number; inputDim: number; train: number } {
  if (config.id === "gaussian-clusters" || config.id === "random-labels")
    return { classes: config.classes, inputDim: config.dimension, train: config.classes * config.trainPerClass };
  const whole = imageSizes[config.id]!;
  if (config.trainPerClass === null) return whole;
  return { ...whole, train: Math.min(whole.train, whole.classes * config.trainPerClass) };
}

/** Operations of one training step: what measured step times are scaled by. */
export function relativeStepCost(config: RunConfig): number {
  const { classes, inputDim, train } = datasetSize(config.dataset);
  const samples = config.training.batch === "full" ? train : Math.min(train, config.training.batch);
  const branchLayers = config.architecture === "rn2" ? 2 : 1;
  return stepCost({ branchLayers, depth: config.depth, width: config.width, inputDim, classes, samples }).total;
}
