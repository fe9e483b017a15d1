import * as tf from "@tensorflow/tfjs";
import { type Data, type Dtype, sizeOf, type Value } from "../graph/graph.ts";
import type { Sym, Symbolic } from "../graph/symbolic.ts";
import { axesOf, type Inputs, type Kernels } from "./kernel.ts";

type X = Inputs<"x">;

export function slice(s: Symbolic, x: Sym, begin: readonly number[], size: readonly number[], strides = begin.map(() => 1)): Sym {
  const shape = size.map((n, i) => (n < 0 ? x.shape[i] - begin[i] : n));
  if (x.value.shape.length === 0) return { value: x.value, shape };
  // Only the axes that are cut: ONNX Runtime copies in larger pieces then.
  const cut = shape.map((_, i) => i).filter((i) => shape[i] !== x.shape[i]);
  if (cut.length === 0) return x;
  const moved = strides.every((n) => n === 1) ? cutPad(s, x, begin, shape) : undefined;
  if (moved) return moved;
  const list = (of: (axis: number) => number) => s.graph.ints(cut.map(of));
  return s.node(
    "Slice",
    [
      x,
      list((i) => begin[i]),
      list((i) => begin[i] + (shape[i] - 1) * strides[i] + 1),
      s.graph.ints(cut),
      list((i) => strides[i]),
    ],
    shape,
    x.value.dtype,
  );
}

/** Padding with zeros and cutting at once (negative amounts cut): a shifted copy costs one pass over memory, not two. */
function cutPad(s: Symbolic, x: Sym, begin: readonly number[], shape: readonly number[]): Sym | undefined {
  const { node } = x.value;
  if (node?.op !== "Pad" || node.attributes.mode !== "constant") return undefined;
  const [source, amounts, constant] = node.inputs as [Value, Value, Value];
  const pads = Array.from(amounts.data as BigInt64Array, Number);
  const before = begin.map((start, i) => pads[i] - start);
  const after = shape.map((n, i) => n - source.shape[i] - before[i]);
  // ONNX Runtime goes wrong where nothing is left of an axis.
  if (source.shape.some((n, i) => n + Math.min(before[i], 0) + Math.min(after[i], 0) <= 0)) return undefined;
  return s.node("Pad", [source, s.graph.ints([...before, ...after]), constant], shape, x.value.dtype, node.attributes);
}

export function concat(s: Symbolic, parts: readonly Sym[], axis: number): Sym {
  const filled = parts.filter((part) => sizeOf(part.shape) > 0);
  if (filled.length === 1) return filled[0];
  const shape = [...parts[0].shape];
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis], 0);
  return s.node("Concat", filled, shape, parts[0].value.dtype, { axis });
}

function split(s: Symbolic, x: Sym, sizes: readonly number[], axis: number): Sym[] {
  const outputs = sizes.map((n) => ({ shape: x.shape.map((m, i) => (i === axis ? n : m)), dtype: x.value.dtype }));
  return s.graph.nodes("Split", [s.full(x), s.graph.ints(sizes)], outputs, { axis }).map((value) => s.of(value));
}

function pad(s: Symbolic, x: Sym, paddings: readonly (readonly [number, number])[], mode: string, constant = 0): Sym {
  const shape = x.shape.map((n, i) => n + paddings[i][0] + paddings[i][1]);
  const amounts = s.graph.ints([...paddings.map((p) => p[0]), ...paddings.map((p) => p[1])]);
  const value = mode === "constant" ? s.graph.scalar(constant, x.value.dtype) : undefined;
  return s.node("Pad", value ? [x, amounts, value] : [x, amounts], shape, x.value.dtype, { mode });
}

function reverse(s: Symbolic, x: Sym, axes: readonly number[]): Sym {
  const all = axes.map(() => -1);
  const end = axes.map(() => -(2 ** 31) + 1);
  return s.node(
    "Slice",
    [x, s.graph.ints(all), s.graph.ints(end), s.graph.ints(axes), s.graph.ints(all)],
    x.shape,
    x.value.dtype,
  );
}

function uniform(s: Symbolic, value: number, shape: readonly number[], dtype: Dtype): Sym {
  return s.scalar(value, dtype, shape);
}

/** Strided slices with all of TensorFlow.js' masks, as its own backends read them. */
// biome-ignore lint/suspicious/noExplicitAny: eight mask attributes, passed on as they are
function stridedSlice(s: Symbolic, x: Sym, a: any): Sym {
  const info = tf.slice_util.sliceInfo(
    [...x.shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  if (info.isIdentity) return s.reshape(x, info.finalShape);
  const axes = s.graph.ints(x.shape.map((_, i) => i));
  const end = info.end.map((e, i) => (info.strides[i] < 0 && e < 0 ? -(2 ** 31) + 1 : e));
  const shape = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
  const cut = s.node(
    "Slice",
    [x, s.graph.ints(info.begin), s.graph.ints(end), axes, s.graph.ints(info.strides)],
    shape,
    x.value.dtype,
  );
  return s.reshape(cut, info.finalShape);
}

export const layout: Kernels = {
  Reshape: (s, { x }: X, { shape }: { shape: number[] }) => s.reshape(x, inferred(shape, sizeOf(x.shape))),
  ExpandDims: (s, { input }: Inputs<"input">, { dim }: { dim: number }) => {
    const at = dim < 0 ? input.shape.length + dim + 1 : dim;
    return s.reshape(input, input.shape.toSpliced(at, 0, 1));
  },
  Transpose: (s, { x }: X, { perm }: { perm: number[] }) => s.transpose(x, perm),
  Slice: (s, { x }: X, { begin, size }: { begin: number[]; size: number[] }) => slice(s, x, begin, size),
  StridedSlice: (s, { x }: X, attributes) => stridedSlice(s, x, attributes),
  Concat: (s, parts: Sym[], { axis }: { axis: number }) => concat(s, parts, axesOf(axis, parts[0].shape.length)[0]),
  Pack: (s, parts: Sym[], { axis }: { axis: number }) => {
    const at = axis < 0 ? parts[0].shape.length + 1 + axis : axis;
    return concat(
      s,
      parts.map((part) => s.reshape(part, part.shape.toSpliced(at, 0, 1))),
      at,
    );
  },
  Unpack: (s, { value }: Inputs<"value">, { axis }: { axis: number }) => {
    const [at] = axesOf(axis, value.shape.length);
    const shape = value.shape.toSpliced(at, 1);
    return split(s, value, new Array(value.shape[at]).fill(1), at).map((part) => s.reshape(part, shape));
  },
  SplitV: (s, { x }: X, { numOrSizeSplits, axis }: { numOrSizeSplits: number | number[]; axis: number }) => {
    const [at] = axesOf(axis, x.shape.length);
    return split(s, x, tf.backend_util.prepareSplitSize({ shape: [...x.shape] } as tf.Tensor, numOrSizeSplits, at), at);
  },
  PadV2: (s, { x }: X, { paddings, constantValue }: { paddings: [number, number][]; constantValue: number }) =>
    pad(s, x, paddings, "constant", constantValue),
  MirrorPad: (s, { x }: X, { paddings, mode }: { paddings: [number, number][]; mode: string }) => {
    if (mode !== "reflect") throw new Error(`mirrorPad with mode '${mode}' cannot be compiled yet; use 'reflect'`);
    return pad(s, x, paddings, mode);
  },
  Tile: (s, { x }: X, { reps }: { reps: number[] }) => {
    const shape = x.shape.map((n, i) => n * reps[i]);
    // Repeating along axes of length 1 is a broadcast, which the consumer may do itself.
    if (x.shape.every((n, i) => n === 1 || reps[i] === 1)) return { value: x.value, shape };
    return s.node("Tile", [x, s.graph.ints(reps)], shape, x.value.dtype);
  },
  BroadcastTo: (_s, { x }: X, { shape }: { shape: number[] }) => ({ value: x.value, shape }),
  Reverse: (s, { x }: X, { dims }: { dims: number | number[] }) => reverse(s, x, axesOf(dims, x.shape.length)),
  Fill: (s, _inputs, { shape, value, dtype }: { shape: number[]; value: number; dtype?: Dtype }) =>
    uniform(s, value, shape, dtype ?? "float32"),
  ZerosLike: (s, { x }: X) => uniform(s, 0, x.shape, x.value.dtype),
  OnesLike: (s, { x }: X) => uniform(s, 1, x.shape, x.value.dtype),
  Range: (s, _inputs, { start, stop, step, dtype }: { start: number; stop: number; step: number; dtype: Dtype }) => {
    const values = Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
    const data: Data = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
    return s.of(s.graph.constant(data, [values.length], dtype));
  },
  LinSpace: (s, _inputs, { start, stop, num }: { start: number; stop: number; num: number }) => {
    const values = Float32Array.from({ length: num }, (_, i) => start + (i * (stop - start)) / Math.max(1, num - 1));
    return s.of(s.graph.constant(values, [num], "float32"));
  },
};

function inferred(shape: readonly number[], size: number): number[] {
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  return shape.map((n) => (n === -1 ? size / known : n));
}
