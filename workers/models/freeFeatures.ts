import type * as tf from "@tensorflow/tfjs";
import type { ClassifierConfig } from "../../contract/config/classifier.ts";
import { Failure } from "../../contract/failure.ts";
import { makeClassifier } from "./classifier.ts";
import type { Network } from "./network.ts";
import { layerNorm } from "./ops/layerNorm.ts";
import type { Initialization } from "./specMaker.ts";

export interface FreeFeaturesOptions {
  /** d */
  width: number;
  /** N */
  samples: number;
  inputDimension: number;
  classes: number;
  headBias: boolean;
  /** Whether the features are held to the sphere ‖x‖ = √d, Σ x_j = 0. */
  normalizesHead: boolean;
  /** Absent: one linear layer. */
  classifier?: ClassifierConfig;
  initialization: Initialization;
}

/**
 * The unconstrained-features model (Mixon, Parshall, Pi 2020) as a network of depth 1: H [d, N], the features of the N training
 * samples, are parameters, and logits = W_1 H, or W_1 LN(H) on the sphere. What an optimizer reaches here is L*. First values are
 * normal with deviation `gain`.
 */
export function freeFeatures(options: FreeFeaturesOptions): Network {
  const { width, samples, inputDimension, classes, normalizesHead, initialization } = options;
  const classifier = makeClassifier({ ...options, layers: 1 });
  return {
    inputDimension,
    width,
    classes,
    layers: 1,
    head: classifier.head,
    headForm: classifier.form,
    freeSamples: samples,
    parameters: [
      { name: "H", shape: [width, samples], penalty: "features", deviation: initialization.gain },
      ...classifier.specs,
    ],
    forward(parameters, x) {
      requireAllSamples(samples, x);
      const free = parameters.H as tf.Tensor2D;
      const features = normalizesHead ? layerNorm(free, 0) : free;
      return { logits: classifier.logits(parameters, features), features: [features] };
    },
  };
}

/** @throws Failure INVALID where a batch is given: each sample's features are parameters of their own */
export function requireAllSamples(samples: number, x: tf.Tensor2D): void {
  if (x.shape[0] !== samples)
    throw new Failure(
      "INVALID",
      `Free features are those of all ${samples} training samples, but ${x.shape[0]} were given: train on the full batch.`,
    );
}
