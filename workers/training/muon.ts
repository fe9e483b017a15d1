import * as tf from "@tensorflow/tfjs";
import type { OptimizerConfig } from "../../contract/config/optimizerConfig.ts";
import type { ParameterSpec } from "../models/network.ts";
import { flatAdam } from "../models/ops/flatAdam.ts";
import { sizeOf } from "../models/parameterLayout.ts";
import type { Optimizer, OptimizerNumbers, OptimizerState } from "./optimizer.ts";
import { orthogonalize } from "./orthogonalize.ts";

type MuonConfig = Extract<OptimizerConfig, { name: "muon" }>;

/** Penalized matrices but the head's; embeddings, positions, biases, the head and free features are Adam's. */
export function isOrthogonalized(spec: ParameterSpec): boolean {
  const [rows, columns] = asMatrix(spec);
  return spec.penalty === "hidden" && rows > 1 && columns > 1;
}

/** A filter of more than two axes is a row of a matrix. */
const asMatrix = (spec: ParameterSpec): readonly [number, number] => [spec.shape[0], sizeOf(spec) / spec.shape[0]];

/**
 * Muon (Jordan et al. 2024). Of a hidden matrix θ [m, n] with gradient G:
 *
 *   M ← μ M + G,  θ ← θ − rate · √max(1, m/n) · orthogonalize(G + μ M), or of M without Nesterov's momentum.
 *
 * All other parameters take Adam's step with rate · adamRatio. `m` holds M where there is one and Adam's first moment elsewhere; `v` Adam's
 * second, and zeros at the matrices.
 * @param specs in the order in which the parameters lie in the flat vector
 */
export function makeMuon(
  config: MuonConfig,
  specs: readonly ParameterSpec[],
  { momentum, adamRatio }: OptimizerNumbers,
): Optimizer {
  const groups = groupsOf(specs);
  const sizes = groups.map(({ size }) => size);
  const update = (state: OptimizerState, pieces: readonly tf.Tensor1D[], rate: tf.Scalar, step: tf.Scalar): OptimizerState => {
    const adamRate = tf.mul(rate, adamRatio) as tf.Scalar;
    const [parameters, m, v] = [state.parameters, state.m, state.v].map((flat) => tf.split(flat, sizes) as tf.Tensor1D[]);
    const next = groups.map(({ from, to, matrix }, at) => {
      const own = { parameters: parameters[at], m: m[at], v: v[at] };
      if (!matrix) return flatAdam(own, concatenated(pieces.slice(from, to)), adamRate, step, config);
      const gradient = pieces[from];
      const sum = tf.add(tf.mul(own.m, momentum), gradient) as tf.Tensor1D;
      const ahead = config.nesterov ? tf.add(gradient, tf.mul(sum, momentum)) : sum;
      const [rows, columns] = matrix;
      const direction = tf.reshape(orthogonalize(tf.reshape(ahead, [rows, columns])), [-1]);
      const change = tf.mul(direction, tf.mul(rate, Math.sqrt(Math.max(1, rows / columns))));
      return { parameters: tf.sub(own.parameters, change) as tf.Tensor1D, m: sum, v: own.v };
    });
    return {
      parameters: concatenated(next.map((one) => one.parameters)),
      m: concatenated(next.map((one) => one.m)),
      v: concatenated(next.map((one) => one.v)),
    };
  };
  return { update };
}

const concatenated = (pieces: readonly tf.Tensor1D[]): tf.Tensor1D => (pieces.length === 1 ? pieces[0] : tf.concat([...pieces]));

interface Group {
  /** Which specs, from … to (exclusive). */
  from: number;
  to: number;
  /** Numbers in them. */
  size: number;
  /** [rows, columns] of a hidden matrix; null: parameters that Adam updates together. */
  matrix: readonly [number, number] | null;
}

/** Each hidden matrix by itself, and what lies between two of them as one. */
function groupsOf(specs: readonly ParameterSpec[]): Group[] {
  const groups: Group[] = [];
  specs.forEach((spec, at) => {
    const before = groups.at(-1);
    const size = sizeOf(spec);
    if (isOrthogonalized(spec)) groups.push({ from: at, to: at + 1, size, matrix: asMatrix(spec) });
    else if (before && before.matrix === null) groups.splice(-1, 1, { ...before, to: at + 1, size: before.size + size });
    else groups.push({ from: at, to: at + 1, size, matrix: null });
  });
  return groups;
}
