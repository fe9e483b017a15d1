import { hasFreeFeatures, headsOf, isTransformer, linearLayers, patchOf } from "../../../contract/config/architecture.ts";
import { hiddenMatrices } from "../../../contract/config/hiddenMatrices.ts";
import { blocksOf, layerWidthsOf } from "../../../contract/config/networkForm.ts";
import { resNetCosts } from "../../../contract/config/resNetCosts.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { imageShape, readNumbers, vocabularyOf } from "../../../contract/data/datasetConfig.ts";
import { type CountOwnSet, type DatasetSizes, datasetSizes } from "../../../contract/data/datasetSizes.ts";
import { stepCost } from "../../../math/steps/stepCost.ts";

/** Operations an activation for bias, ReLU, skip and LayerNorm with their gradients, a softmax weight, a parameter's update. */
const perActivation = 30;
const perWeight = 20;
const perUpdate = 12;

/** Operations of one training step: what measured step times are scaled by. */
export const relativeStepCost = (config: RunConfig, countOwn?: CountOwnSet): number =>
  networkCost(config, countOwn) +
  (config.training.optimizer.name === "muon" ? orthogonalizingCost(config, datasetSizes(config.dataset, countOwn).inputDim) : 0);

/** Muon's five Newton–Schulz steps on each hidden matrix. */
function orthogonalizingCost(config: RunConfig, inputDim: number): number {
  return hiddenMatrices(config, inputDim).reduce((sum, { rows, columns, count }) => {
    const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
    return sum + 5 * count * (4 * short ** 2 * long + 2 * short ** 3);
  }, 0);
}

function networkCost(config: RunConfig, countOwn?: CountOwnSet): number {
  const size = datasetSizes(config.dataset, countOwn);
  const { batch } = config.training;
  const samples = Math.max(1, batch === "full" ? size.train : Math.min(size.train, batch));
  if (isTransformer(config.architecture)) return transformerCost(config, config.architecture, size, samples);
  if (config.architecture === "conv") return convolutionCost(config, size, samples);
  if (config.architecture === "resnet") return resNetCost(config, size, samples);
  if (hasFreeFeatures(config.architecture)) return freeFeaturesCost(config, size);
  if (config.architecture === "mlp") return perceptronCost(config, size, samples);
  const branchLayers = config.architecture === "rn2" ? 2 : 1;
  const { depth, width } = config;
  return stepCost({
    branchLayers,
    depth,
    width,
    inputDim: readNumbers(config.dataset, size.inputDim),
    classes: size.classes,
    samples,
  }).total;
}

/** As a residual network of one layer a block, of layers of their own widths. */
function perceptronCost(config: RunConfig, { classes, inputDim }: DatasetSizes, samples: number): number {
  const widths = layerWidthsOf(config);
  const read = readNumbers(config.dataset, inputDim);
  const products = widths.reduce(
    (sum, width, l) => sum + width * (l === 0 ? 4 : 6) * (widths[l - 1] ?? read),
    6 * config.width * classes,
  );
  const units = widths.reduce((sum, width) => sum + width, 0);
  const parameters = widths.reduce((sum, width, l) => sum + width * ((widths[l - 1] ?? read) + 1), config.width * classes);
  return samples * (products + perActivation * units) + perUpdate * parameters;
}

/**
 * A multiply-add of the forward pass counts 6 with its two gradients, 4 in the input layer. A block takes, a token, the matrices of
 * attention and MLP and 2 T d a head for scores and mixture; after the last block's attention there is one token alone.
 */
function transformerCost(
  config: RunConfig,
  architecture: Parameters<typeof linearLayers>[0],
  { classes, inputDim }: DatasetSizes,
  samples: number,
): number {
  const { width: d, dataset } = config;
  const { attention, mlp } = linearLayers(architecture);
  const heads = headsOf(config);
  const image = imageShape(dataset);
  const side = image ? patchOf(config, image) : 1;
  const patchDim = image ? image.channels * side * side : 0;
  const tokens = image ? Math.max(1, Math.floor(inputDim / patchDim)) : inputDim;
  /** With one linear layer each head mixes all of the d features, with two its d/heads of them. */
  const scoresWidth = attention === 1 ? 2 * heads * d : 2 * d;
  const ofQueries = attention === 1 ? 2 * heads * d * d : 2 * d * d;
  const ofAll = attention === 1 ? 0 : 2 * d * d;
  const block = (queries: number) =>
    tokens * ofAll + queries * (ofQueries + tokens * scoresWidth + mlp * d * d) + (queries * tokens * heads * perWeight) / 6;
  const activations = (queries: number) => perActivation * d * (tokens + queries * (attention + mlp));
  const blocks = blocksOf(config);
  const words = vocabularyOf(dataset) ?? patchDim;
  const parameters = words * d + tokens * d + blocks * (ofQueries + ofAll + mlp * d * d) + d * classes;
  const forward = (blocks - 1) * block(tokens) + block(1) + d * classes;
  const pointwise = (blocks - 1) * activations(tokens) + activations(1) + perActivation * tokens * d;
  return samples * (4 * tokens * patchDim * d + 6 * forward + pointwise) + perUpdate * parameters;
}

/** 3×3 convolutions of C channels at half the image's sides: 9 C² a place and block. */
function convolutionCost(config: RunConfig, { classes, inputDim }: DatasetSizes, samples: number): number {
  const { depth, width: channels } = config;
  const image = imageShape(config.dataset) ?? { channels: 1, height: 1, width: inputDim };
  const places = Math.ceil(image.height / 2) * Math.ceil(image.width / 2);
  const blocks = depth - 1;
  const products = places * (4 * 9 * image.channels * channels + 6 * 9 * blocks * channels * channels) + 6 * channels * classes;
  const parameters = 9 * channels * (image.channels + blocks * channels) + channels * classes;
  return samples * (products + perActivation * places * channels * depth) + perUpdate * parameters;
}

/** Each convolution with its two gradients, and what BatchNorm and ReLU do with each number of its result. */
function resNetCost(config: RunConfig, { classes, inputDim }: DatasetSizes, samples: number): number {
  const { convolutions } = resNetCosts(config, inputDim);
  const sample = convolutions.reduce(
    (sum, { weights, places, outputs }) => sum + places * (6 * weights + perActivation * outputs),
    0,
  );
  const parameters = convolutions.reduce((sum, { weights }) => sum + weights, config.width * classes);
  return samples * (sample + 6 * config.width * classes) + perUpdate * parameters;
}

/** Free features are parameters themselves: all of them are updated, and the layers above them are all there is to multiply. */
function freeFeaturesCost(config: RunConfig, { classes, train }: DatasetSizes): number {
  const { width } = config;
  const layers = blocksOf(config);
  const products = width * (classes + layers * width);
  return train * (6 * products + (perActivation * (layers + 1) + perUpdate) * width) + perUpdate * products;
}
