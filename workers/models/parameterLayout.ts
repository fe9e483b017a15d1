import * as tf from "@tensorflow/tfjs";
import { type Matrix, matrix, multiply } from "../../math/linear/matrix.ts";
import { type RandomStream, randomStream } from "../../math/statistics/randomStream.ts";
import type { Network, ParameterSpec, Parameters } from "./network.ts";

/** Numbers in a parameter. */
export const sizeOf = ({ shape }: ParameterSpec): number => shape.reduce((size, n) => size * n, 1);

/** All parameters lie in one flat vector, in the order of the specs: one pass updates them all. */
export const parameterCount = (specs: ParameterSpec[]): number => specs.reduce((sum, spec) => sum + sizeOf(spec), 0);

/** The parameters of a flat vector [P], by name. */
export function unpackParameters(flat: tf.Tensor1D, specs: ParameterSpec[]): Parameters {
  const parts = tf.split(flat, specs.map(sizeOf));
  return Object.fromEntries(specs.map(({ name, shape }, at) => [name, tf.reshape(parts[at], shape)]));
}

/** Where a parameter's values are in the flat vector. @throws if there is none of that name */
export function parameterSlice(flat: Float32Array, specs: ParameterSpec[], name: string): Float32Array {
  let offset = 0;
  for (const spec of specs) {
    if (spec.name === name) return flat.subarray(offset, offset + sizeOf(spec));
    offset += sizeOf(spec);
  }
  throw new Error(`the network has no parameter '${name}'`);
}

/** Σ w² over the parameters of each penalty; of hidden matrices whose ridge may be their own also one by one. */
export type SquaredNorms = Record<ParameterSpec["penalty"], number> & { layers: Record<number, number> };

export const noSquares = (): SquaredNorms => ({
  head: 0,
  hidden: 0,
  features: 0,
  headBias: 0,
  free: 0,
  fixed: 0,
  statistic: 0,
  layers: {},
});

/** Adds Σ w² of a parameter, or of several with the same penalty and layer. */
export function addSquares(sums: SquaredNorms, { penalty, layer }: Pick<ParameterSpec, "penalty" | "layer">, sum: number): void {
  sums[penalty] += sum;
  if (layer !== undefined) sums.layers[layer] = (sums.layers[layer] ?? 0) + sum;
}

/** All of them, in float64. */
export function squaredNorms(flat: Float32Array, specs: ParameterSpec[]): SquaredNorms {
  const sums = noSquares();
  let at = 0;
  for (const spec of specs) {
    let sum = 0;
    for (const end = at + sizeOf(spec); at < end; at++) sum += flat[at] * flat[at];
    addSquares(sums, spec, sum);
  }
  return sums;
}

/**
 * First values: normal with each spec's deviation, or one number; zeros for biases. Every matrix draws from its own stream, named after it,
 * so that networks of different depth with the same seed agree in the matrices they share.
 */
export function initializeParameters(specs: ParameterSpec[], seed: number): Float32Array {
  const flat = new Float32Array(parameterCount(specs));
  let at = 0;
  for (const spec of specs) {
    const random: RandomStream = randomStream(seed, `initialization/${spec.name}`);
    const end = at + sizeOf(spec);
    if (spec.fixed) flat.set(spec.fixed(seed), at);
    else if (spec.deviation > 0) for (let i = at; i < end; i++) flat[i] = spec.deviation * random.normal();
    else if (spec.start) flat.fill(spec.start, at, end);
    at = end;
  }
  return flat;
}

/** W as metrics have it [K, d], of the flat vector: the classifier's matrix, the product of several, or its unit rows, in float64. */
export function classifierOf(flat: Float32Array, network: Network): Matrix {
  const { parameters, headForm, classes, width } = network;
  const of = (name: string) => Float64Array.from(parameterSlice(flat, parameters, name));
  const [last, ...inner] = headForm.factors;
  let product = matrix(classes, width, of(last));
  for (const name of inner) product = multiply(product, matrix(width, width, of(name)));
  if (!headForm.unitRows) return product;
  for (let k = 0; k < classes; k++) {
    const row = product.data.subarray(k * width, (k + 1) * width);
    const norm = Math.sqrt(row.reduce((sum, entry) => sum + entry * entry, 0));
    for (let j = 0; j < width; j++) row[j] /= norm;
  }
  return product;
}

/** Name of the head's bias b_L; null where it has none. */
export const headBiasOf = (specs: readonly ParameterSpec[]): string | null =>
  specs.find(({ penalty }) => penalty === "headBias")?.name ?? null;
