import type * as tf from "@tensorflow/tfjs";
import type { OptimizerConfig } from "../../contract/config/optimizerConfig.ts";

/** State of an optimizer, flat vectors [P] all: the parameters and what it remembers. */
export type OptimizerState = Record<string, tf.Tensor1D>;

export interface Optimizer {
  /**
   * One update by the gradient of each parameter, flat, in the order in which they lie in the state's vectors; `rate` and `step` (from 1)
   * are tensors, so that a compiled step does not freeze them.
   */
  update(state: OptimizerState, gradients: readonly tf.Tensor1D[], rate: tf.Scalar, step: tf.Scalar): OptimizerState;
}

/** What of an optimizer is a number that runs of a pack may differ in. */
export interface OptimizerNumbers {
  /** μ */
  momentum: number | tf.Tensor;
  /** Of Muon: the rate of what Adam updates, over the other. */
  adamRatio: number | tf.Tensor;
}

/** Names of the state vectors besides `parameters`. */
export const memoryOf = (config: OptimizerConfig): string[] => ("beta1" in config ? ["m", "v"] : ["velocity"]);
