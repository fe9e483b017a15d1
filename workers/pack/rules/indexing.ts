import type { TensorInfo } from "@tensorflow/tfjs";
import {
  type Batched,
  type Kernels,
  type Named,
  packed,
  type Rules,
  rankOf,
  reshape,
  shapeOf,
  spread,
  transpose,
} from "./rule.ts";
import { unroll } from "./unroll.ts";

interface Gather {
  axis: number;
  batchDims?: number;
}

/** Rows of `rows` [n, …] by indices of any shape: […indices, …]. */
const gatherRows = (k: Kernels, x: TensorInfo, indices: TensorInfo) =>
  k.call("GatherV2", { x, indices }, { axis: 0, batchDims: 0 });

/** Axis `from` in place `to`, the others in their order. */
function moved(rank: number, from: number, to: number): number[] {
  const rest = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== from);
  return rest.toSpliced(to, 0, from);
}

function gather(k: Kernels, x: Batched, indices: Batched, axis: number): TensorInfo {
  const own = shapeOf(x);
  if (!indices.isPacked) return k.call("GatherV2", { x: x.info, indices: indices.info }, { axis: axis + 1, batchDims: 0 });
  const count = rankOf(indices);
  // The axis in front, taken from, and the axes of the indices put into its place. [S, …indices, …]
  const rest = own.filter((_, i) => i !== axis);
  const rows = x.isPacked
    ? reshape(k, transpose(k, x.info, moved(own.length + 1, axis + 1, 1)), [k.runs * own[axis], ...rest])
    : transpose(k, x.info, moved(own.length, axis, 0));
  const taken = gatherRows(k, rows, x.isPacked ? shiftedByRun(k, indices.info, own[axis]) : indices.info);
  const before = Array.from({ length: axis }, (_, i) => 1 + count + i);
  const places = Array.from({ length: count }, (_, i) => 1 + i);
  const after = Array.from({ length: own.length - axis - 1 }, (_, i) => 1 + count + axis + i);
  return transpose(k, taken, [0, ...before, ...places, ...after]);
}

/** Indices of run s moved by s · n, into the rows of all runs below each other. */
function shiftedByRun(k: Kernels, indices: TensorInfo, n: number): TensorInfo {
  const shape = [k.runs, ...indices.shape.slice(1).map(() => 1)];
  const first = k.integers(
    Array.from({ length: k.runs }, (_, s) => s * n),
    shape,
  );
  return k.call("Add", { a: indices, b: first });
}

/** In one kernel where the backend underneath has one (workers/trace/kernels/indexing.ts). */
function segmentSum(k: Kernels, inputs: Named<"x" | "segmentIds">, attributes: { numSegments: number }): Batched | Batched[] {
  const { x, segmentIds } = inputs;
  if (k.has("GroupedSegmentSum")) {
    const ids = segmentIds.isPacked ? segmentIds.info : reshape(k, segmentIds.info, [1, ...segmentIds.info.shape]);
    return packed(k.call("GroupedSegmentSum", { x: spread(k, x), segmentIds: ids }, attributes));
  }
  if (segmentIds.isPacked) return unroll("UnsortedSegmentSum")(k, inputs, attributes);
  // The same rows of all runs belong together: the runs lie beside each other in them. [n, S, …]
  const perm = moved(rankOf(x) + 1, 0, rankOf(segmentIds));
  const sums = k.call("UnsortedSegmentSum", { x: transpose(k, x.info, perm), segmentIds: segmentIds.info }, attributes);
  return packed(transpose(k, sums, moved(sums.shape.length, 1, 0)));
}

export const indexing: Rules = {
  GatherV2: (k, { x, indices }: Named<"x" | "indices">, attributes: Gather) => {
    if (attributes.batchDims) return unroll("GatherV2")(k, { x, indices }, attributes);
    const rank = rankOf(x);
    return packed(gather(k, x, indices, attributes.axis < 0 ? attributes.axis + rank : attributes.axis));
  },
  UnsortedSegmentSum: segmentSum,
  OneHot: (k, { indices }: Named<"indices">, attributes) => packed(k.call("OneHot", { indices: indices.info }, attributes)),
};
