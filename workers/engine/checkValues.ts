import type * as tf from "@tensorflow/tfjs";
import type { TensorSpec, Values } from "./engine.ts";

export function sizeOf(spec: TensorSpec): number {
  return spec.shape.reduce((size, n) => size * n, 1);
}

/** The values for a tensor as the array its dtype asks for. @throws naming what is missing, or of the wrong size. */
export function checkedInput(
  what: string,
  spec: TensorSpec | undefined,
  values: Values | undefined,
): Float32Array | Int32Array | Uint8Array {
  if (spec === undefined) throw new Error(`${what} is not in the definition`);
  if (values === undefined) throw new Error(`${what} is missing`);
  const size = sizeOf(spec);
  const given = typeof values === "number" ? 1 : values.length;
  if (given !== size) throw new Error(`${what} has ${given} values, but its shape [${spec.shape}] needs ${size}`);
  const dtype = spec.dtype ?? "float32";
  const Kind = dtype === "float32" ? Float32Array : dtype === "int32" ? Int32Array : Uint8Array;
  if (typeof values === "number") return Kind.of(values);
  return values instanceof Kind ? values : Kind.from(values);
}

/** The tensor a definition gave for a piece of state. @throws unless it is there, float32 and of the declared shape. */
export function checkedState(name: string, spec: TensorSpec, tensor: tf.Tensor | undefined): tf.Tensor {
  if (tensor === undefined) throw new Error(`state '${name}' was not given`);
  if (tensor.dtype !== "float32") throw new Error(`state '${name}' is ${tensor.dtype}, not float32`);
  if (tensor.shape.join() !== spec.shape.join())
    throw new Error(`state '${name}' has shape [${tensor.shape}], not [${spec.shape}]`);
  return tensor;
}
