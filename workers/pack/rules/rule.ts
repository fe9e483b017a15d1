import type { TensorInfo } from "@tensorflow/tfjs";

/** A tensor of one run's shape. Where the runs differ in it, `info` holds them all, along a leading axis of length S. */
export interface Batched {
  readonly info: TensorInfo;
  readonly isPacked: boolean;
}

/** What rules are written with: kernels of the backend underneath. What a rule makes on its way is disposed of after it. */
export interface Kernels {
  /** S */
  readonly runs: number;
  has(kernel: string): boolean;
  call(kernel: string, inputs: Record<string, TensorInfo> | TensorInfo[], attributes?: object): TensorInfo;
  /** The same for kernels with several outputs. */
  callAll(kernel: string, inputs: Record<string, TensorInfo> | TensorInfo[], attributes?: object): TensorInfo[];
  /** int32 values that a rule needs, as a tensor. */
  integers(values: readonly number[], shape: readonly number[]): TensorInfo;
}

/**
 * How a TensorFlow.js kernel, said for one run, is computed for all runs of a pack: its inputs, one of which at least is packed, and
 * its attributes as they are for one run. No rule may let a value of one run reach another's result.
 */
// biome-ignore lint/suspicious/noExplicitAny: inputs and attributes of a hundred kernels
export type Rule<In = any, Attributes = any> = (k: Kernels, inputs: In, attributes: Attributes) => Batched | Batched[];
export type Rules = Record<string, Rule>;
export type Named<Name extends string> = Record<Name, Batched>;

/** The shape of one run. */
export const shapeOf = ({ info, isPacked }: Batched): number[] => (isPacked ? info.shape.slice(1) : info.shape);
export const rankOf = (x: Batched): number => shapeOf(x).length;
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

export const packed = (info: TensorInfo): Batched => ({ info, isPacked: true });

/** An axis of one run, given as TensorFlow.js does, as an axis of the pack. */
export const packedAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis) + 1;

export const reshape = (k: Kernels, info: TensorInfo, shape: readonly number[]): TensorInfo =>
  info.shape.join() === shape.join() ? info : k.call("Reshape", { x: info }, { shape: [...shape] });

export const transpose = (k: Kernels, info: TensorInfo, perm: readonly number[]): TensorInfo =>
  perm.every((axis, i) => axis === i) ? info : k.call("Transpose", { x: info }, { perm: [...perm] });

/** With its runs along the leading axis, repeated where they all have the same. [S, …] */
export function spread(k: Kernels, { info, isPacked }: Batched): TensorInfo {
  if (isPacked) return info;
  const one = reshape(k, info, [1, ...info.shape]);
  return k.runs === 1 ? one : k.call("Tile", { x: one }, { reps: [k.runs, ...info.shape.map(() => 1)] });
}

/** So that it broadcasts against tensors of one run's rank `rank`: packed [S, 1, …, 1, its own axes]. */
export function aligned(k: Kernels, x: Batched, rank: number): TensorInfo {
  if (!x.isPacked) return x.info;
  const own = shapeOf(x);
  return reshape(k, x.info, [k.runs, ...new Array<number>(rank - own.length).fill(1), ...own]);
}

/** The value of run s. */
export function runOf(k: Kernels, x: Batched, s: number): TensorInfo {
  if (!x.isPacked) return x.info;
  const own = shapeOf(x);
  if (k.runs === 1) return reshape(k, x.info, own);
  const cut = k.call("Slice", { x: x.info }, { begin: [s, ...own.map(() => 0)], size: [1, ...own] });
  return reshape(k, cut, own);
}
