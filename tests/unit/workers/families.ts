import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import { dataOf, smallRun } from "./builders.ts";
import { imageRun, textRun } from "./data/tokenData.ts";

type Overrides = Parameters<typeof smallRun>[0];
/** A kind of run: what it trains is another step. */
export interface Family {
  name: string;
  run: () => { config: RunConfig; data: Dataset };
}

// Adam's usual ε magnifies rounding where a gradient is nearly zero.
const training = { steps: 5, learningRate: 0.01, optimizer: { name: "adam", epsilon: 1e-3 }, schedule: { name: "constant" } };
const onVectors = (overrides: Overrides) => {
  const config = smallRun({ training, ...overrides });
  return { config, data: dataOf(config) };
};
const onImages = (overrides: Overrides) => imageRun({ training, ...overrides });
// BatchNorm over few samples magnifies rounding, and so does a scatter of fewer samples than dimensions.
const onManyImages = (overrides: Overrides) => imageRun({ training, ...overrides }, { train: 96, test: 24 });
const onTexts = (overrides: Overrides) => textRun({ training, ...overrides });

const ridge = { family: "features", lambdaW: 0.03, lambdaH: 0.002 };
const slack = { family: "slack", lambda: 0.02, rho: 0.3 };
const pre = { normalization: "pre-ln" };
/** Each architecture, normalization, loss, optimizer and regularizer at least once, on data of a few samples. */
export const families: Family[] = [
  { name: "RN1", run: () => onVectors({}) },
  { name: "RN1 of many layers, ridge on features", run: () => onVectors({ depth: 8, regularizer: ridge }) },
  { name: "RN1, slack, squared error", run: () => onVectors({ loss: "mse", regularizer: slack }) },
  { name: "RN1, smoothed labels", run: () => onVectors({ smoothing: 0.1 }) },
  { name: "RN1, focal loss", run: () => onVectors({ loss: "focal", gamma: 2 }) },
  {
    name: "RN1, three linear layers at the head",
    run: () => onVectors({ headBias: true, classifier: { name: "linear", layers: 3 } }),
  },
  {
    name: "RN1, normalized features and rows",
    run: () => onVectors({ classifier: { name: "normalized", temperature: 5, unitRows: true } }),
  },
  { name: "RN1, dot regression to a fixed simplex", run: () => onVectors({ loss: "dot-regression" }) },
  { name: "RN1, orthogonal slack", run: () => onVectors({ ...pre, regularizer: { ...slack, frame: "orthogonal" } }) },
  {
    name: "RN1, AdamW in batches",
    run: () => onVectors({ regularizer: { family: "adamw", lambda: 0.1 }, training: { ...training, batch: 6 } }),
  },
  {
    name: "RN2, SGD, squared error, bias",
    run: () =>
      onVectors({
        ...pre,
        architecture: "rn2",
        loss: "mse",
        headBias: true,
        training: { ...training, optimizer: { name: "sgd" } },
      }),
  },
  {
    name: "RN1, Muon, a share of the decay",
    run: () => onVectors({ training: { ...training, optimizer: { name: "muon", epsilon: 1e-3, share: 0.4 } } }),
  },
  {
    name: "RN1, Signum, decoupled",
    run: () => onVectors({ training: { ...training, learningRate: 3e-3, optimizer: { name: "signum", share: 0 } } }),
  },
  { name: "MLP, ReLU", run: () => onVectors({ architecture: "mlp" }) },
  {
    name: "MLP, GELU, layers of other widths, Muon, bias",
    run: () =>
      onVectors({
        ...{ architecture: "mlp", activation: "gelu", depth: 4, widths: [12, 5, 5, 8], headBias: true },
        training: { ...training, learningRate: 5e-3, optimizer: { name: "muon", epsilon: 1e-3 } },
      }),
  },
  {
    name: "MLP without LN, tanh, squared error, SGD in batches",
    run: () =>
      onVectors({
        ...{ architecture: "mlp", normalization: "none", activation: "tanh", loss: "mse" },
        training: { ...training, batch: 6, optimizer: { name: "sgd" } },
      }),
  },
  {
    name: "MLP, linear, layers of other widths, ridge on features",
    run: () =>
      onVectors({ architecture: "mlp", activation: "linear", depth: 2, widths: [2 * 8, 8], loss: "mse", regularizer: ridge }),
  },
  { name: "T11 on images", run: () => onImages({ architecture: "t11", heads: 2 }) },
  {
    name: "T12 on images, pre-LN, squared error",
    run: () => onImages({ ...pre, architecture: "t12", loss: "mse", headBias: true }),
  },
  { name: "T21 on images, pre-LN", run: () => onImages({ ...pre, architecture: "t21" }) },
  { name: "T22 on images, ridge on features", run: () => onImages({ architecture: "t22", heads: 2, regularizer: ridge }) },
  { name: "T11 on texts, pre-LN", run: () => onTexts({ ...pre, architecture: "t11" }) },
  { name: "T12 on texts, slack", run: () => onTexts({ architecture: "t12", heads: 2, regularizer: slack }) },
  { name: "T21 on texts, squared error", run: () => onTexts({ architecture: "t21", loss: "mse" }) },
  { name: "T22 on texts, pre-LN", run: () => onTexts({ ...pre, architecture: "t22", heads: 2 }) },
  { name: "convolutional network", run: () => onImages({ architecture: "conv", patch: undefined }) },
  {
    name: "convolutional network, pre-LN, squared error, ridge on features",
    run: () => onImages({ ...pre, architecture: "conv", patch: undefined, loss: "mse", regularizer: ridge }),
  },
  {
    name: "deep free features, linear, squared error, a λ of each layer",
    run: () =>
      onVectors({
        architecture: "dufm",
        activation: "linear",
        loss: "mse",
        regularizer: { ...ridge, lambdaHidden: [0.02, 0.05] },
      }),
  },
  {
    name: "deep free features under ReLU, SGD, bias",
    run: () =>
      onVectors({
        ...{ architecture: "dufm", activation: "relu", depth: 4, headBias: true },
        regularizer: { ...ridge, lambdaHidden: 0.02 },
        training: { ...training, optimizer: { name: "sgd" } },
      }),
  },
  {
    name: "ResNet-20",
    run: () =>
      onManyImages({ architecture: "resnet", patch: undefined, depth: 20, training: { ...training, learningRate: 1e-3 } }),
  },
  {
    name: "ResNet-18, SGD on all parameters, bias, in augmented batches",
    run: () =>
      onManyImages({
        architecture: "resnet",
        patch: undefined,
        depth: 18,
        headBias: true,
        regularizer: { family: "weights", lambda: 0.01, decayed: "all" },
        // BatchNorm over so few samples magnifies rounding, the more so the further a step goes.
        training: { ...training, learningRate: 1e-5, optimizer: { name: "sgd" }, batch: 6, augmentation: "crop-flip" },
      }),
  },
  { name: "free features", run: () => onVectors({ architecture: "ufm", depth: 1 }) },
  {
    name: "free features, squared error, ridge on all",
    run: () => onVectors({ architecture: "ufm", depth: 1, loss: "mse", headBias: true, regularizer: { ...ridge, lambdaB: 0.1 } }),
  },
];
