import * as tf from "@tensorflow/tfjs";
import type { Activation, Normalization } from "../../contract/config/architecture.ts";
import type { ClassifierConfig } from "../../contract/config/classifier.ts";
import { makeClassifier } from "./classifier.ts";
import type { Network, ParameterSpec } from "./network.ts";
import { activate } from "./ops/activate.ts";
import { layerNorm } from "./ops/layerNorm.ts";
import { type Initialization, specMaker } from "./specMaker.ts";

interface MultilayerPerceptronOptions {
  /** post-ln: an LN after each hidden layer; none: nowhere. */
  normalization: Normalization;
  activation: Activation;
  /** w_1 … w_L of the hidden layers; the last is d. */
  widths: readonly number[];
  inputDimension: number;
  classes: number;
  headBias: boolean;
  /** Whether the last features may be normalized. */
  normalizesHead: boolean;
  /** Absent: one linear layer. */
  classifier?: ClassifierConfig;
  initialization: Initialization;
}

/** PyTorch's. A sample for which all units of a layer are 0 has no direction: it becomes 0 instead of not a number. */
const epsilon = 1e-5;

/**
 * A multilayer perceptron of L hidden layers of their own widths, with features as columns [w_l, N] and no residual connections:
 *
 *   X_1 = N(σ(W_0 X_0 + b_0)),  X_{l+1} = N(σ(W_l X_l + b_l)), l = 1 … L − 1,  logits = W_L X_L
 *
 * N is LN without affine part, with ε = 1e-5, or nothing; where the head is not normalized X_L has none. The features returned are X_l. All
 * W_l are penalized, W_0 too: under ReLU a first matrix without a ridge could grow in the place of all others. The deviation of hidden
 * layers' first values is gain·√(2/fan-in) for ReLU and GELU (He, Zhang, Ren, Sun 2015) and gain·√(2/(fan-in + fan-out)) for tanh and
 * linear layers (Glorot, Bengio 2010), that of the classifier gain·√(1/fan-in).
 */
export function multilayerPerceptron(options: MultilayerPerceptronOptions): Network {
  const { normalization, activation, widths, inputDimension, classes, normalizesHead } = options;
  const layers = widths.length;
  const width = widths[layers - 1];
  const isNormalized = (l: number) => normalization !== "none" && (l < layers || normalizesHead);
  const classifier = makeClassifier({ ...options, normalizesHead: isNormalized(layers), width, layers });
  return {
    inputDimension,
    width,
    classes,
    layers,
    widths,
    head: classifier.head,
    headForm: classifier.form,
    freeSamples: null,
    parameters: [...hiddenSpecs(options), ...classifier.specs],
    forward(parameters, x) {
      const features: tf.Tensor2D[] = [];
      for (let l = 1; l <= layers; l++) {
        const [weights, bias] = [parameters[`W${l - 1}`], parameters[`b${l - 1}`]];
        const product = l === 1 ? tf.matMul(weights, x, false, true) : tf.matMul(weights, features[l - 2]);
        const units = activate(activation, tf.add(product, bias)) as tf.Tensor2D; // [w_l, N]
        features.push(isNormalized(l) ? layerNorm(units, 0, epsilon) : units);
      }
      return { logits: classifier.logits(parameters, features[layers - 1]), features };
    },
  };
}

function hiddenSpecs({ activation, widths, inputDimension, initialization }: MultilayerPerceptronOptions): ParameterSpec[] {
  const { matrix, bias } = specMaker(initialization);
  return widths.flatMap((rows, l) => {
    const columns = widths[l - 1] ?? inputDimension;
    const variance = activation === "relu" || activation === "gelu" ? 2 / columns : 2 / (columns + rows);
    const weights = matrix(`W${l}`, rows, columns, "hidden");
    return [{ ...weights, deviation: initialization.gain * Math.sqrt(variance) }, bias(`b${l}`, rows)];
  });
}
