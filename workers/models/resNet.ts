import * as tf from "@tensorflow/tfjs";
import type { ClassifierConfig } from "../../contract/config/classifier.ts";
import { resNet9Side, resNetForm } from "../../contract/config/resNet.ts";
import type { InputShape } from "../../contract/data/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { makeClassifier } from "./classifier.ts";
import type { Forward, Network, Parameters } from "./network.ts";
import { convolution3x3 } from "./ops/convolution3x3.ts";
import { maxPool2x2 } from "./ops/maxPool2x2.ts";
import { everySecond, pointwiseConvolution, stridedConvolution, takeApart } from "./ops/stridedConvolution.ts";
import { type Normalizing, normalizing, type StatisticsChange } from "./resNetNormalizing.ts";
import { resNetSpecs } from "./resNetSpecs.ts";
import type { Initialization } from "./specMaker.ts";

interface ResNetOptions {
  /** 9, 18, 20 or 34. */
  depth: number;
  /** d, the channels of the last stage. */
  width: number;
  input: InputShape;
  inputDimension: number;
  classes: number;
  headBias: boolean;
  /** Absent: one linear layer. */
  classifier?: ClassifierConfig;
  initialization: Initialization;
}

/**
 * The residual networks of He, Zhang, Ren, Sun (2016) for small pictures; σ = ReLU, BN as in ops/batchNorm.ts, * a 3×3 convolution with
 * zeros beyond the border and without a bias:
 *
 *   X_1 = σ(BN(W_0 * X_0)),  X_{l+1} = σ(BN(W_{l,2} * σ(BN(W_{l,1} * X_l))) + S_l X_l),  logits = W_L pool X_{L'} + b
 *
 * The first block of each stage but the first one moves by two pixels (W_{l,1} and S_l), and S_l is a 1×1 convolution with BN where pixels
 * or channels change, else the identity. ResNet-18 and 34 have stages of d/8, d/4, d/2 and d channels, ResNet-20 of d/4, d/2 and d.
 * ResNet-9 (DAWNBench; Page, "How to train your ResNet", 2018): each stage is σ(BN(W * X)) and a 2×2 maximum, the first and the last
 * then X + σ(BN(W * σ(BN(W * X)))), and pool is the maximum over all places; it is the mean in the others.
 *
 * `forward` normalizes by running statistics, `train` by those of the batch. The features are the means over all places of X_1 and of
 * each block's result (in ResNet-9 each stage's), and last what the head reads. Those of c < d channels are the first c of d coordinates, the
 * others being 0: distances, angles and ranks are those of the c channels.
 *
 * @throws Failure INVALID if the inputs are not images, or too small
 */
export function resNet(options: ResNetOptions): Network {
  const { depth, width, input, inputDimension, classes } = options;
  if (input.kind !== "image")
    throw new Failure("INVALID", "A ResNet reads images: choose a data set of images, or another residual network.");
  if (depth === 9 && Math.min(input.height, input.width) < resNet9Side)
    throw new Failure("INVALID", `ResNet-9 halves the picture three times: its sides must be at least ${resNet9Side} pixels.`);
  const { specs, layers } = resNetSpecs(options, input.channels);
  const classifier = makeClassifier({ ...options, normalizesHead: false, layers });
  const { channels, height, width: columns } = input;
  const run = (parameters: Parameters, x: tf.Tensor2D, norm: Normalizing): Forward => {
    const maps = tf.reshape(tf.transpose(x), [channels, height, columns, x.shape[0]]) as tf.Tensor4D;
    const results = depth === 9 ? poolingStages(parameters, maps, norm) : residualStages(depth, parameters, maps, norm);
    const last = results[results.length - 1];
    const read = (depth === 9 ? tf.max(placesOf(last), 1) : tf.mean(placesOf(last), 1)) as tf.Tensor2D;
    const features = results.slice(0, -1).map((result) => padded(tf.mean(placesOf(result), 1) as tf.Tensor2D, width));
    return { logits: classifier.logits(parameters, read), features: [...features, read] };
  };
  return {
    inputDimension,
    width,
    classes,
    layers,
    head: classifier.head,
    headForm: classifier.form,
    freeSamples: null,
    parameters: [...specs, ...classifier.specs],
    forward: (parameters, x) => run(parameters, x, normalizing(parameters, null)),
    train(parameters, x) {
      const statistics: StatisticsChange[] = [];
      return { ...run(parameters, x, normalizing(parameters, statistics)), statistics };
    },
  };
}

/** X_1 and what each block makes of it. */
function residualStages(depth: number, parameters: Parameters, maps: tf.Tensor4D, norm: Normalizing): tf.Tensor4D[] {
  let x = tf.relu(norm("0", convolution3x3(maps, matrix(parameters, "0"), null)));
  const results = [x];
  resNetForm(depth).stages.forEach(({ blocks }, stage) => {
    for (let block = 0; block < blocks; block++) {
      x = residualBlock(parameters, results.length, x, stage > 0 && block === 0, norm);
      results.push(x);
    }
  });
  return results;
}

function residualBlock(parameters: Parameters, l: number, x: tf.Tensor4D, moves: boolean, norm: Normalizing): tf.Tensor4D {
  const [first, second, shortcut] = [`${l}.1`, `${l}.2`, `${l}.s`];
  const apart = moves ? takeApart(x) : null;
  const filter = matrix(parameters, first);
  const inner = tf.relu(norm(first, apart ? stridedConvolution(apart, filter, null) : convolution3x3(x, filter, null)));
  const branch = norm(second, convolution3x3(inner, matrix(parameters, second), null));
  const carried = apart ? norm(shortcut, pointwiseConvolution(everySecond(apart), matrix(parameters, shortcut))) : x;
  return tf.relu(tf.add(branch, carried));
}

/** X_1 and the results of ResNet-9's three stages. */
function poolingStages(parameters: Parameters, maps: tf.Tensor4D, norm: Normalizing): tf.Tensor4D[] {
  const layer = (name: string, x: tf.Tensor4D) => tf.relu(norm(name, convolution3x3(x, matrix(parameters, name), null)));
  const results = [layer("0", maps)];
  resNetForm(9).stages.forEach(({ blocks }, stage) => {
    const l = stage + 1;
    const pooled = maxPool2x2(layer(`${l}.0`, results[stage]));
    results.push(blocks === 0 ? pooled : tf.add(pooled, layer(`${l}.2`, layer(`${l}.1`, pooled))));
  });
  return results;
}

const matrix = (parameters: Parameters, name: string) => parameters[`W${name}`] as tf.Tensor2D;

/** [C, H, W, N] → [C, H·W, N] */
const placesOf = (maps: tf.Tensor4D) => tf.reshape(maps, [maps.shape[0], -1, maps.shape[3]]);

/** Zeros below. [C, N] → [d, N] */
function padded(features: tf.Tensor2D, width: number): tf.Tensor2D {
  const missing = width - features.shape[0];
  if (missing === 0) return features;
  return tf.pad(features, [
    [0, missing],
    [0, 0],
  ]);
}
