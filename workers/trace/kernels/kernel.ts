import type { Sym, Symbolic } from "../graph/symbolic.ts";

/** A TensorFlow.js kernel written in ONNX operators. Attributes are TensorFlow.js' own, unchecked there as well. */
// biome-ignore lint/suspicious/noExplicitAny: the attributes of 110 kernels have 60 types in TensorFlow.js
export type Kernel = (s: Symbolic, inputs: any, attributes: any) => Sym | Sym[];
export type Kernels = Record<string, Kernel>;

export type Inputs<Name extends string> = Record<Name, Sym>;

/** Axes as TensorFlow.js gives them (a number, a list, negative) as a list of indices. */
export function axesOf(axis: number | readonly number[] | undefined | null, rank: number): number[] {
  const list =
    axis === undefined || axis === null ? Array.from({ length: rank }, (_, i) => i) : typeof axis === "number" ? [axis] : axis;
  return list.map((a) => (a < 0 ? a + rank : a));
}
