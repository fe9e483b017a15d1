import {
  activationOf,
  hasFreeFeatures,
  headsOf,
  isTransformer,
  patchOf,
  trainedNormalization,
} from "../../contract/config/architecture.ts";
import { classifierIn } from "../../contract/config/classifier.ts";
import { blocksOf, layerWidthsOf } from "../../contract/config/networkForm.ts";
import { normalizesHead } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { InputShape } from "../../contract/data/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { convolutionalNetwork } from "./convolutionalNetwork.ts";
import { deepFreeFeatures } from "./deepFreeFeatures.ts";
import { freeFeatures } from "./freeFeatures.ts";
import { multilayerPerceptron } from "./multilayerPerceptron.ts";
import type { Network } from "./network.ts";
import { oneHotInputs, oneHotNumbers } from "./oneHotInputs.ts";
import { residualNetwork } from "./residualNetwork.ts";
import { resNet } from "./resNet.ts";
import { imageTokens, plainTokens, type Tokens, textTokens } from "./tokens.ts";
import { transformer } from "./transformer.ts";

/** What a network must know of its data. */
export interface NetworkData {
  /** K */
  classes: number;
  /** Numbers a sample, and how they lie. */
  dimension: number;
  input: InputShape;
  /** N: free features are those of the training samples. */
  train?: { count: number };
}

/** The network of a run on its data. @throws Failure INVALID where it cannot read them */
export function defineNetwork(config: RunConfig, data: NetworkData): Network {
  const { input } = data;
  // Transformers have an embedding of tokens, free features no inputs.
  if (input.kind !== "tokens" || isTransformer(config.architecture) || hasFreeFeatures(config.architecture))
    return networkOf(config, data);
  const dimension = oneHotNumbers(input);
  return oneHotInputs(networkOf(config, { ...data, dimension, input: { kind: "vector", dimension } }), input);
}

function networkOf(config: RunConfig, data: NetworkData): Network {
  const { classes, dimension, input } = data;
  const { architecture, depth, width, headBias } = config;
  const common = {
    normalization: trainedNormalization(architecture, config),
    depth,
    width,
    headBias,
    classifier: classifierIn(config),
    classes,
    inputDimension: dimension,
    normalizesHead: normalizesHead(config.regularizer),
    initialization: config.training.initialization,
  };
  if (isTransformer(architecture))
    return transformer({
      ...common,
      architecture,
      blocks: blocksOf(config),
      heads: headsOf(config),
      tokens: tokensOf(config, input),
    });
  if (architecture === "rn1" || architecture === "rn2") return residualNetwork({ ...common, architecture });
  if (architecture === "mlp")
    return multilayerPerceptron({ ...common, activation: activationOf(config), widths: layerWidthsOf(config) });
  if (architecture === "conv") return convolutionalNetwork({ ...common, input });
  if (architecture === "resnet") return resNet({ ...common, input });
  if (!data.train) throw new Failure("INTERNAL", "free features without a training set");
  const free = { ...common, samples: data.train.count };
  return architecture === "dufm" ? deepFreeFeatures({ ...free, activation: activationOf(config) }) : freeFeatures(free);
}

function tokensOf(config: RunConfig, input: InputShape): Tokens {
  switch (input.kind) {
    case "image":
      return imageTokens(input, patchOf(config, input));
    case "text":
      return textTokens(input);
    case "tokens":
      return plainTokens(input);
    case "vector":
      throw new Failure("INVALID", "A transformer reads images, text or tokens: choose such a data set, or a residual network.");
  }
}
