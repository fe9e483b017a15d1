import * as tf from "@tensorflow/tfjs";

/**
 * The same numbers in float64: what is computed from them is float64 too, until `narrow`. For compiled functions on ONNX Runtime's
 * CPU and CUDA providers alone: WebGPU and TensorFlow.js' own backends have no float64. TensorFlow.js has no name for the type and
 * calls it float32; no gradient passes.
 */
export function widen<T extends tf.Tensor>(x: T): T {
  return tf.engine().runKernel("Widen", { x }) as T;
}

/** Float64 numbers rounded to float32. */
export function narrow<T extends tf.Tensor>(x: T): T {
  return tf.engine().runKernel("Narrow", { x }) as T;
}
