import * as tf from "@tensorflow/tfjs";
import type { Normalization } from "../../contract/config/architecture.ts";
import type { ClassifierConfig } from "../../contract/config/classifier.ts";
import type { InputShape } from "../../contract/data/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { makeClassifier } from "./classifier.ts";
import type { Network, ParameterSpec } from "./network.ts";
import { convolution3x3 } from "./ops/convolution3x3.ts";
import { layerNorm } from "./ops/layerNorm.ts";
import { stridedConvolution, takeApart } from "./ops/stridedConvolution.ts";
import { type Initialization, specMaker } from "./specMaker.ts";

interface ConvolutionalNetworkOptions {
  normalization: Normalization;
  /** L: the stem, L − 1 residual blocks, the classifier; L ≥ 2. */
  depth: number;
  /** C, the channels of every map. */
  width: number;
  input: InputShape;
  inputDimension: number;
  classes: number;
  headBias: boolean;
  /** Whether the pooled features are normalized before the head. */
  normalizesHead: boolean;
  /** Absent: one linear layer. */
  classifier?: ClassifierConfig;
  initialization: Initialization;
}

/**
 * L-RN1 with 3×3 convolutions in the place of matrices, on maps of C channels and half the image's sides; σ = ReLU, LN without
 * affine part, pool the mean over all places.
 *
 *   post-LN  X_1 = LN(W_0 * X_0 + b_0),  X_{l+1} = LN(X_l + σ(W_l * X_l + b_l)),   logits = W_L LN(pool X_L)
 *   pre-LN   X_1 = LN(W_0 * X_0 + b_0),  X_{l+1} = X_l + σ(W_l * LN(X_l) + b_l),   logits = W_L LN(pool X_L),   l = 1 … L − 1
 *   open     X_1 = W_0 * X_0 + b_0 and otherwise pre-LN
 *
 * The LN of a map is over all its C·H·W numbers, as in L-RN1, of which this is the case with the weights shared between places. It
 * keeps the places' relative strengths (one LN a place would make an empty background as loud as the object, and fail where all
 * channels are equal), and LN(pool LN(X)) = LN(pool X), so that the last map needs none.
 * The features returned are LN(pool X_l), [C, N], of norm √C and mean 0: what a head put there would read. Where the head is not
 * normalized, the last ones are pool X_L of the map without LN.
 *
 * @throws Failure INVALID if the inputs are not images
 */
export function convolutionalNetwork(options: ConvolutionalNetworkOptions): Network {
  const { normalization, depth, width, input, inputDimension, classes, normalizesHead } = options;
  if (input.kind !== "image")
    throw new Failure("INVALID", "A convolutional network reads images: choose a data set of images, or a residual network.");
  const { channels, height, width: columns } = input;
  const classifier = makeClassifier({ ...options, layers: depth });
  return {
    inputDimension,
    width,
    classes,
    layers: depth,
    head: classifier.head,
    headForm: classifier.form,
    freeSamples: null,
    parameters: [...convolutionSpecs(options, channels), ...classifier.specs],
    forward(parameters, x) {
      const maps = tf.reshape(tf.transpose(x), [channels, height, columns, x.shape[0]]) as tf.Tensor4D;
      let stream = stridedConvolution(takeApart(maps), parameters.W0 as tf.Tensor2D, parameters.b0 as tf.Tensor2D);
      const features: tf.Tensor2D[] = [];
      for (let l = 1; l < depth; l++) {
        const read = normalizeMaps(stream);
        if (l === 1 && normalization === "pre-ln") stream = read;
        features.push(layerNorm(pool(read), 0));
        const branch = convolution3x3(read, parameters[`W${l}`] as tf.Tensor2D, parameters[`b${l}`] as tf.Tensor2D, "relu");
        stream = tf.add(normalization === "post-ln" ? read : stream, branch) as tf.Tensor4D;
      }
      const pooled = pool(stream);
      const last = normalizesHead ? layerNorm(pooled, 0) : pooled;
      return { logits: classifier.logits(parameters, last), features: [...features, last] };
    },
  };
}

/** LN of each sample's whole map. [C, H, W, N] → the same */
function normalizeMaps(maps: tf.Tensor4D): tf.Tensor4D {
  const samples = maps.shape[3];
  return tf.reshape(layerNorm(tf.reshape(maps, [-1, samples]) as tf.Tensor2D, 0), maps.shape);
}

/** The mean over all places. [C, H, W, N] → [C, N] */
function pool(maps: tf.Tensor4D): tf.Tensor2D {
  const [width, , , samples] = maps.shape;
  return tf.mean(tf.reshape(maps, [width, -1, samples]), 1) as tf.Tensor2D;
}

/** Filters are matrices [C, 9 · channels], columns in the order channel, row, column. */
function convolutionSpecs({ depth, width, initialization }: ConvolutionalNetworkOptions, channels: number): ParameterSpec[] {
  const { matrix, branchEnd, bias } = specMaker(initialization);
  const specs = [matrix("W0", width, 9 * channels, "free"), bias("b0", width)];
  for (let l = 1; l < depth; l++) specs.push(branchEnd(`W${l}`, width, 9 * width), bias(`b${l}`, width));
  return specs;
}
