import { effectiveRidge, normalizesHead } from "../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import type { SampleSet } from "../../../../workers/data/dataset.ts";
import type { ParameterSpec } from "../../../../workers/models/network.ts";

export type Named = Record<string, number[][]>;

export interface Reference {
  features: number[][];
  logits: number[];
}

/** Whether there is a LN after the embedding: post-LN always, pre-LN since the second definition. */
export const normalizesFirst = ({ normalization, definition }: RunConfig) =>
  normalization === "post-ln" || (normalization === "pre-ln" && definition === 2);

/** The formulas once more, sample by sample in float64, for comparison. */
export function referenceForward(config: RunConfig, p: Named, x: number[]): Reference {
  const affine = (w: string, b: string, v: number[]) => p[w].map((row, i) => dot(row, v) + p[b][i][0]);
  const branch = (l: number, v: number[]) =>
    config.architecture === "rn1"
      ? affine(`W${l}`, `b${l}`, v).map(relu)
      : affine(`W${l}.2`, `b${l}.2`, affine(`W${l}.1`, `b${l}.1`, v).map(relu));
  const features: number[][] = [];
  let stream = affine("W0", "b0", x);
  if (normalizesFirst(config)) stream = norm(stream);
  for (let l = 1; l < config.depth; l++) {
    const read = config.normalization === "post-ln" ? stream : norm(stream);
    features.push(read);
    stream = add(stream, branch(l, read));
    if (config.normalization === "post-ln" && (l < config.depth - 1 || normalizesHead(config.regularizer))) stream = norm(stream);
  }
  const last = config.normalization === "post-ln" || !normalizesHead(config.regularizer) ? stream : norm(stream);
  features.push(last);
  const logits = p[`W${config.depth}`].map((row, k) => dot(row, last) + (config.headBias ? p[`b${config.depth}`][k][0] : 0));
  return { features, logits };
}

/** J of objective (7) or (11) over a set. */
export function referenceObjective(
  config: RunConfig,
  specs: ParameterSpec[],
  flat: ArrayLike<number>,
  set: SampleSet,
  forward: (p: Named, x: number[]) => Reference = (p, x) => referenceForward(config, p, x),
): number {
  const p = nameParameters(specs, flat);
  const dimension = set.inputs.length / set.count;
  let fit = 0;
  for (let i = 0; i < set.count; i++) {
    const { logits } = forward(p, Array.from(set.inputs.subarray(i * dimension, (i + 1) * dimension)));
    if (config.loss === "mse") fit += logits.reduce((sum, z, k) => sum + (z - (k === set.labels[i] ? 1 : 0)) ** 2, 0) / 2;
    else fit += Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[set.labels[i]];
  }
  const ridge = effectiveRidge(config.regularizer, config.depth);
  let penalty = 0;
  for (const { name, penalty: kind } of specs)
    if (kind !== "statistic") penalty += (ridge[kind] / 2) * p[name].flat().reduce((sum, w) => sum + w * w, 0);
  return fit / set.count + penalty;
}

export function nameParameters(specs: ParameterSpec[], flat: ArrayLike<number>): Named {
  let at = 0;
  const named: Named = {};
  for (const { name, shape } of specs)
    named[name] = Array.from({ length: shape[0] }, () => Array.from({ length: shape[1] }, () => flat[at++]));
  return named;
}

export const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
export const add = (a: number[], b: number[]) => a.map((value, i) => value + b[i]);
export const relu = (value: number) => Math.max(0, value);

export function norm(x: number[]): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
  return x.map((value) => (value - mean) / deviation);
}
