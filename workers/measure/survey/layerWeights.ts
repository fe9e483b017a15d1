import { type Matrix, matrix } from "../../../math/linear/matrix.ts";
import type { Network, ParameterSpec } from "../../models/network.ts";
import { sizeOf } from "../../models/parameterLayout.ts";

/** A linear layer of the network's path: matrices of attention stand beside it, and biases are none. */
interface LinearLayer {
  /** Number of the features that its block reads. */
  layer: number;
  name: string;
  weights: Matrix;
}

/** "W3", "W3.1", "W3.2": a block's number, and its place there where it has several. */
const onPath = /^W([1-9][0-9]*)(\.[0-9]+)?$/;

/** The linear layers of the path from X_1 to the logits, in their order; a filter of a convolution is a matrix [C, 9C]. */
export function linearLayersOf({ parameters }: Pick<Network, "parameters">, flat: Float32Array): LinearLayer[] {
  const found: LinearLayer[] = [];
  let at = 0;
  for (const spec of parameters) {
    const layer = layerOf(spec);
    if (layer !== null)
      found.push({ layer, name: spec.name, weights: matrix(spec.shape[0], spec.shape[1], flat.subarray(at, at + sizeOf(spec))) });
    at += sizeOf(spec);
  }
  return found;
}

function layerOf({ name, shape }: ParameterSpec): number | null {
  const number = onPath.exec(name)?.[1];
  return number === undefined || shape.length !== 2 ? null : Number(number);
}
