import * as tf from "@tensorflow/tfjs";
import { linearLayers, type Normalization } from "../../contract/config/architecture.ts";
import type { ClassifierConfig } from "../../contract/config/classifier.ts";
import { Failure } from "../../contract/failure.ts";
import { attention, attentionSpecs, lastTokens } from "./attention.ts";
import { branchOf } from "./branch.ts";
import { makeClassifier } from "./classifier.ts";
import type { Network, ParameterSpec } from "./network.ts";
import { layerNorm } from "./ops/layerNorm.ts";
import { type Initialization, specMaker } from "./specMaker.ts";
import type { Tokens } from "./tokens.ts";

interface TransformerOptions {
  /** The digits are the linear layers in attention and in the MLP. */
  architecture: "t11" | "t12" | "t21" | "t22";
  normalization: Normalization;
  /** Between the embedding and the classifier: L (Definitions 3.2 and B.2), or L − 1 by this program's first definition. */
  blocks: number;
  /** d */
  width: number;
  heads: number;
  tokens: Tokens;
  inputDimension: number;
  classes: number;
  headBias: boolean;
  /** Whether the last token's features are normalized before the head. */
  normalizesHead: boolean;
  /** Absent: one linear layer. */
  classifier?: ClassifierConfig;
  initialization: Initialization;
}

/**
 * The transformers of Súkeník, Lampert, Mondelli (2025): causal, read out at the last token, tokens as columns [d, N · T]; σ = ReLU,
 * LN of each token without affine part, ATTN as in attention.ts.
 *
 *   post-LN  X_1 = LN(W_e Z + W_p),  A = LN(X_l + ATTN_l(X_l)),  X_{l+1} = LN(A + MLP_l(A)),   logits = W_{L+1} X_{L+1}
 *   pre-LN   X_1 = LN(W_e Z + W_p),  A = X_l + ATTN_l(LN(X_l)),  X_{l+1} = A + MLP_l(LN(A)),   logits = W_{L+1} LN(X_{L+1})
 *   open     X_1 = W_e Z + W_p and otherwise pre-LN: the stream's scale is free, and the ridge of the blocks can be scaled away
 *   MLP_l(x) = σ(W_l x + b_l) for L-Tx1,  W_{l,2} σ(W_{l,1} x + b_{l,1}) + b_{l,2} for L-Tx2,  l = 1 … L
 *
 * The features returned are those of the last token, X_l (post-LN) or LN(X_l) (the others): of norm √d and mean 0. Where the head is
 * not normalized its LN is left out, and the last features are the stream itself.
 */
export function transformer(options: TransformerOptions): Network {
  const { architecture, normalization, blocks, width, heads, tokens, inputDimension, classes, normalizesHead } = options;
  const linear = linearLayers(architecture);
  if (width % heads !== 0)
    throw new Failure("INVALID", `${heads} heads do not divide the width ${width}; choose a width that is a multiple of them.`);
  const heed = { layers: linear.attention, heads, width };
  const mlp = branchOf(linear.mlp);
  const layers = blocks + 1;
  const classifier = makeClassifier({ ...options, layers });
  return {
    inputDimension,
    width,
    classes,
    layers,
    head: classifier.head,
    headForm: classifier.form,
    freeSamples: null,
    parameters: [...embeddingSpecs(options), ...blockSpecs(options), ...classifier.specs],
    forward(parameters, x) {
      const shape = { samples: x.shape[0], tokens: tokens.count };
      let stream = addPositions(tokens.embed(parameters, x), parameters.Wp, shape.samples); // [d, N · T]
      let read = layerNorm(stream, 0);
      if (normalization === "pre-ln") stream = read;
      const features = [lastTokens(read, shape)];
      for (let l = 1; l <= blocks; l++) {
        // After the last block only the last token is read: the others need no query and no MLP there.
        const last = l === blocks;
        const needed = (columns: tf.Tensor2D) => (last ? lastTokens(columns, shape) : columns);
        const asking = needed(read); // cut out once: its gradient is put back once
        const carried = normalization === "post-ln" ? asking : needed(stream);
        const mask = last ? tokens.lastMask(x) : tokens.causalMask(x);
        const attended = attention(heed, parameters, l, read, shape, mask, last, asking);
        const middle = tf.add(carried, attended) as tf.Tensor2D;
        const normal = layerNorm(middle, 0);
        stream = tf.add(normalization === "post-ln" ? normal : middle, mlp.apply(parameters, l, normal)) as tf.Tensor2D;
        read = last && !normalizesHead ? stream : layerNorm(stream, 0);
        features.push(last ? read : lastTokens(read, shape));
      }
      const final = features[features.length - 1];
      return { logits: classifier.logits(parameters, final), features };
    },
  };
}

/** [d, N · T] + [d, T] for each sample */
function addPositions(x: tf.Tensor2D, positions: tf.Tensor, samples: number): tf.Tensor2D {
  const [width, count] = positions.shape;
  const bySample = tf.reshape(x, [width, samples, count]);
  return tf.reshape(tf.add(bySample, tf.reshape(positions, [width, 1, count])), [width, -1]) as tf.Tensor2D;
}

/** W_e, and W_p [d, T], the last column of which belongs to the last token. */
function embeddingSpecs({ tokens, width, initialization }: TransformerOptions): ParameterSpec[] {
  const make = specMaker(initialization);
  return [...tokens.specs(make, width), make.matrix("Wp", width, tokens.count, "free", 1)];
}

function blockSpecs({ architecture, blocks, width, heads, initialization }: TransformerOptions): ParameterSpec[] {
  const layers = linearLayers(architecture);
  const make = specMaker(initialization);
  const specs: ParameterSpec[] = [];
  for (let l = 1; l <= blocks; l++) {
    specs.push(...attentionSpecs({ layers: layers.attention, heads, width }, make, l));
    specs.push(...branchOf(layers.mlp).specs(make, l, width));
  }
  return specs;
}
