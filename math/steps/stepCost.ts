import { assertAtLeast, assertInteger } from "../MathError.ts";

/** The size of a residual network's training step. */
interface StepShape {
  /** Linear layers in a residual branch: 1 for L-RN1, 2 for L-RN2. */
  branchLayers: 1 | 2;
  /** L: an input layer, L − 1 residual blocks and a classifier. */
  depth: number;
  width: number;
  inputDim: number;
  classes: number;
  /** Samples in one step's batch. */
  samples: number;
}

/** Floating-point operations of one training step. */
interface StepCost {
  /** Matrix products, forward and backward; a multiply-add counts two. */
  products: number;
  /** Bias, ReLU, skip and LayerNorm with their gradients, at 30 an activation, and the optimizer, at 12 a parameter. */
  elementwise: number;
  total: number;
  /** Trainable numbers, biases included. */
  parameters: number;
}

/**
 * The floating-point operations of one training step of L-RN1 or L-RN2. A product of [N, a] by [a, b] takes 2Nab forward
 * and twice that backward, but only once in the input layer, whose input needs no gradient:
 * products = N(4 D d + 6 B d² + 6 d K) with B = branchLayers · (L − 1).
 * @throws {MathError} if a size is not an integer ≥ 1
 */
export function stepCost(size: StepShape): StepCost {
  const { branchLayers, depth, width, inputDim, classes, samples } = size;
  for (const [name, value] of Object.entries(size)) assertInteger(name, value, 1);
  const layers = branchLayers * (depth - 1);
  const products = samples * (4 * inputDim * width + 6 * layers * width * width + 6 * width * classes);
  const parameters = inputDim * width + width + layers * (width * width + width) + width * classes;
  const elementwise = 30 * samples * width * (layers + 1) + 12 * parameters;
  return { products, elementwise, total: products + elementwise, parameters };
}

/**
 * The expected time of an unmeasured step, scaled from a measured one: ms · cost(target)/cost(measured), in milliseconds.
 * @throws {MathError} if the measured time is not positive or a size is out of range
 */
export function scaleStepTime(measuredMs: number, measured: StepShape, target: StepShape): number {
  assertAtLeast("measuredMs", measuredMs, 0, true);
  return (measuredMs * stepCost(target).total) / stepCost(measured).total;
}
