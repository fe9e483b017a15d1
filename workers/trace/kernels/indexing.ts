import { type Dtype, sizeOf } from "../graph/graph.ts";
import type { Sym, Symbolic } from "../graph/symbolic.ts";
import { axesOf, type Inputs, type Kernels } from "./kernel.ts";

/** Sums the rows of `x` that share a segment. x [n, …], ids [n] → [segments, …] */
function segmentSum(s: Symbolic, x: Sym, ids: Sym, segments: number): Sym {
  const shape = [segments, ...x.shape.slice(ids.shape.length)];
  const zeros = s.scalar(0, x.value.dtype, shape);
  const at = s.cast(s.reshape(ids, [...ids.shape, 1]), "int64");
  return s.node("ScatterND", [zeros, at, x], shape, x.value.dtype, { reduction: "add" });
}

/**
 * The same for each of S runs, whose segments lie below each other. Not a kernel of TensorFlow.js' own: packs ask for it
 * (workers/pack). x [S, n, …], ids [S, n] or, for all runs, [1, n] → [S, segments, …]
 */
function groupedSegmentSum(s: Symbolic, x: Sym, ids: Sym, segments: number): Sym {
  const [runs] = x.shape;
  const rest = x.shape.slice(ids.shape.length);
  const first = Int32Array.from({ length: runs }, (_, run) => run * segments);
  const shape = [runs, ...ids.shape.slice(1).map(() => 1)];
  const all = s.add(s.cast(ids, "int32"), s.of(s.graph.constant(first, shape, "int32")));
  const rows = sizeOf(all.shape);
  const sums = segmentSum(s, s.reshape(x, [rows, ...rest]), s.reshape(all, [rows]), runs * segments);
  return s.reshape(sums, [runs, segments, ...rest]);
}

/** Comparison with 0, 1, … depth − 1: it runs on every provider, ONNX' OneHot does not. indices […] → […, depth] */
function oneHot(s: Symbolic, indices: Sym, depth: number, on: number, off: number, dtype: Dtype): Sym {
  const classes = s.of(
    s.graph.constant(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
      "int32",
    ),
  );
  const hit = s.binary("Equal", s.reshape(s.cast(indices, "int32"), [...indices.shape, 1]), classes, "bool");
  const number = s.cast(hit, dtype);
  return s.add(s.mul(number, s.number(on - off, number)), s.number(off, number));
}

export const indexing: Kernels = {
  GatherV2: (s, { x, indices }: Inputs<"x" | "indices">, { axis, batchDims }: { axis: number; batchDims: number }) => {
    const [at] = axesOf(axis, x.shape.length);
    if (batchDims) throw new Error("gather with batchDims cannot be compiled yet; use oneHot and matMul");
    const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
    return s.node("Gather", [x, indices], shape, x.value.dtype, { axis: at });
  },
  GatherNd: (s, { params, indices }: Inputs<"params" | "indices">) => {
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1))];
    return s.node("GatherND", [params, s.cast(indices, "int64")], shape, params.value.dtype);
  },
  ScatterNd: (s, { indices, updates }: Inputs<"indices" | "updates">, { shape }: { shape: number[] }) => {
    const zeros = s.scalar(0, updates.value.dtype, shape);
    return s.node("ScatterND", [zeros, s.cast(indices, "int64"), updates], shape, updates.value.dtype, { reduction: "add" });
  },
  UnsortedSegmentSum: (s, { x, segmentIds }: Inputs<"x" | "segmentIds">, { numSegments }: { numSegments: number }) =>
    segmentSum(s, x, segmentIds, numSegments),
  GroupedSegmentSum: (s, { x, segmentIds }: Inputs<"x" | "segmentIds">, { numSegments }: { numSegments: number }) =>
    groupedSegmentSum(s, x, segmentIds, numSegments),
  OneHot: (s, { indices }: Inputs<"indices">, a: { depth: number; onValue: number; offValue: number; dtype?: Dtype }) =>
    oneHot(s, indices, a.depth, a.onValue ?? 1, a.offValue ?? 0, a.dtype ?? "float32"),
  DenseBincount: (
    s,
    { x, weights }: Inputs<"x" | "weights">,
    { size, binaryOutput }: { size: number; binaryOutput: boolean },
  ) => {
    if (x.shape.length !== 1 || binaryOutput) throw new Error("denseBincount of more than one axis cannot be compiled yet");
    const counts = sizeOf(weights.shape) === 0 ? s.scalar(1, "float32", x.shape) : weights;
    return segmentSum(s, counts, x, size);
  },
};
