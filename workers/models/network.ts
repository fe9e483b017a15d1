import type * as tf from "@tensorflow/tfjs";

/**
 * head: W_L; hidden: every other penalized matrix; features: last features that are parameters themselves; headBias: b_L;
 * free: other biases, the embedding and the positions (objectives (7) and (11) of the paper), γ and β of a BatchNorm;
 * fixed: what is never trained; statistic: running statistics of a BatchNorm, which lie among the parameters but are not trained.
 */
export type Penalty = "head" | "hidden" | "features" | "headBias" | "free" | "fixed" | "statistic";

export interface ParameterSpec {
  name: string;
  /** [rows, columns] of matrices; biases are columns [d, 1]. */
  shape: number[];
  penalty: Penalty;
  /** l of a hidden matrix W_l whose ridge may be its own. */
  layer?: number;
  /** Standard deviation of the first values; 0 for biases. */
  deviation: number;
  /** What all first values are where the deviation is 0; absent = 0. */
  start?: number;
  /** Values that are never trained, in place of first ones, of a run's seed; they have no ridge. */
  fixed?: (seed: number) => Float32Array;
}

/** What W is of a classifier. */
export interface HeadForm {
  /** Names of the matrices whose product it is, the one that meets the classes first; most often one alone. */
  factors: readonly string[];
  /** Whether its rows are divided by their norms. */
  unitRows: boolean;
}

/** Parameters by name, in the shapes of their specs. */
export type Parameters = Record<string, tf.Tensor>;

export interface Forward {
  /** logits [K, N] */
  logits: tf.Tensor2D;
  /** Features of the layers, [d, N] each, as the next layer reads them; the last are those the head reads. */
  features: tf.Tensor2D[];
}

/** A network as a pure function of its parameters; it knows nothing of losses and training. */
export interface Network {
  inputDimension: number;
  width: number;
  classes: number;
  /** How many features `forward` gives: L of a residual network, L + 1 of a transformer. */
  layers: number;
  /** Dimensions of the features of each layer where they differ, the last being `width`; absent = all are `width`. */
  widths?: readonly number[];
  /** Name of the classifier's matrix [K, d], numbered like the last layer. */
  head: string;
  headForm: HeadForm;
  /** The number of training samples whose features are parameters: it computes nothing from inputs. null: a real network. */
  freeSamples: number | null;
  parameters: ParameterSpec[];
  /** @param parameters by name, in the shapes of the specs @param x inputs [N, D], a sample a row */
  forward(parameters: Parameters, x: tf.Tensor2D): Forward;
  /** The same in training, where it is another function: what is to be added to statistics by this batch. */
  train?(parameters: Parameters, x: tf.Tensor2D): Forward & { statistics: { name: string; change: tf.Tensor }[] };
}
