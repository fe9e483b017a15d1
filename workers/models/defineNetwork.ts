import { headsOf, isTransformer, patchOf } from "../../contract/architecture.ts";
import type { InputShape } from "../../contract/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { normalizesHead } from "../../contract/regularizer.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import { convolutionalNetwork } from "./convolutionalNetwork.ts";
import type { Network } from "./network.ts";
import { residualNetwork } from "./residualNetwork.ts";
import { imageTokens, type Tokens, textTokens } from "./tokens.ts";
import { transformer } from "./transformer.ts";

/** What a network must know of its data. */
export interface NetworkData {
  /** K */
  classes: number;
  /** Numbers a sample, and how they lie. */
  dimension: number;
  input: InputShape;
}

/** The network of a run on its data. @throws Failure INVALID where it cannot read them */
export function defineNetwork(config: RunConfig, { classes, dimension, input }: NetworkData): Network {
  const { architecture, normalization, depth, width, headBias } = config;
  const common = {
    normalization,
    depth,
    width,
    headBias,
    classes,
    inputDimension: dimension,
    normalizesHead: normalizesHead(config.regularizer),
    initialization: config.training.initialization,
  };
  if (isTransformer(architecture))
    return transformer({ ...common, architecture, heads: headsOf(config), tokens: tokensOf(config, input) });
  if (architecture === "rn1" || architecture === "rn2") return residualNetwork({ ...common, architecture });
  if (architecture === "conv") return convolutionalNetwork({ ...common, input });
  throw new Failure("INVALID", `The architecture ${architecture} is not there.`);
}

function tokensOf(config: RunConfig, input: InputShape): Tokens {
  switch (input.kind) {
    case "image":
      return imageTokens(input, patchOf(config, input));
    case "text":
      return textTokens(input);
    case "vector":
      throw new Failure("INVALID", "A transformer reads images or text: choose such a data set, or a residual network.");
  }
}
