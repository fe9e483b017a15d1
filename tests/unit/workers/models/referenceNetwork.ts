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
  return { features, logits: referenceLogits(config, p, last) };
}

/** ⟨w_k, h⟩ + b_k, or what the classifier makes of it. */
function referenceLogits(config: RunConfig, p: Named, last: number[]): number[] {
  const { classifier, depth, headBias } = config;
  const size = (x: number[]) => Math.sqrt(dot(x, x));
  const inner = classifier?.name === "linear" ? classifier.layers - 1 : 0;
  let read = last;
  for (let l = 1; l <= inner; l++) read = p[`W${depth}.${l}`].map((row) => dot(row, read));
  return p[`W${depth}`].map((row, k) => {
    const bias = headBias ? p[`b${depth}`][k][0] : 0;
    if (classifier?.name !== "normalized") return dot(row, read) + bias;
    const rows = classifier.unitRows ? size(row) : 1;
    return (classifier.temperature * dot(row, read)) / (size(read) * rows) + bias;
  });
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
    fit += referenceFit(config, logits, set.labels[i]);
  }
  const ridge = effectiveRidge(config.regularizer, config.depth);
  let penalty = 0;
  for (const { name, penalty: kind } of specs)
    if (kind !== "statistic" && kind !== "fixed")
      penalty += (ridge[kind] / 2) * p[name].flat().reduce((sum, w) => sum + w * w, 0);
  return fit / set.count + penalty;
}

/** The fit of one sample from the definition: −Σ t_k log p_k with a target t, −(1 − p)^γ log p, or ‖z − e_y‖²/2. */
function referenceFit({ loss, width, smoothing = 0, gamma = 0 }: RunConfig, logits: number[], label: number): number {
  const own = (k: number) => (k === label ? 1 : 0);
  if (loss === "mse") return logits.reduce((sum, z, k) => sum + (z - own(k)) ** 2, 0) / 2;
  if (loss === "dot-regression") return (logits[label] - Math.sqrt(width)) ** 2 / (2 * Math.sqrt(width));
  const all = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
  const target = logits.map((_, k) => (1 - smoothing) * own(k) + smoothing / logits.length);
  const entropy = -target.reduce((sum, t, k) => sum + t * (logits[k] - all), 0);
  return (1 - Math.exp(logits[label] - all)) ** gamma * entropy;
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
