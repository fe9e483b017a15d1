import type { Sym, Symbolic } from "../graph/symbolic.ts";
import { axesOf, type Inputs, type Kernel, type Kernels } from "./kernel.ts";

type X = Inputs<"x">;
interface Reduction {
  axis?: number | number[];
  /** Max has this name for it. */
  reductionIndices?: number | number[];
  keepDims: boolean;
}

const reduce =
  (op: string): Kernel =>
  (s: Symbolic, { x }: X, { axis, reductionIndices, keepDims }: Reduction) =>
    s.reduce(op, x, axesOf(axis ?? reductionIndices, x.shape.length), keepDims);

/** Flags have no reductions in ONNX: count them as integers. */
const quantifier =
  (op: string): Kernel =>
  (s: Symbolic, { x }: X, { axis, keepDims }: Reduction) =>
    s.cast(s.reduce(op, s.cast(x, "int32"), axesOf(axis, x.shape.length), keepDims), "bool");

const arg =
  (op: string): Kernel =>
  (s: Symbolic, { x }: X, { axis }: { axis: number }) => {
    const [at] = axesOf(axis, x.shape.length);
    const shape = x.shape.filter((_, i) => i !== at);
    return s.cast(s.node(op, [x], shape, "int64", { axis: at, keepdims: 0 }), "int32");
  };

function softmax(s: Symbolic, logits: Sym, axis: number): Sym {
  return s.node("Softmax", [logits], logits.shape, "float32", { axis });
}

/** Written out: LogSoftmax falls off ONNX Runtime's WebGPU provider, and the log of a Softmax underflows. */
function logSoftmax(s: Symbolic, logits: Sym, axis: number): Sym {
  const shifted = s.sub(logits, s.reduce("ReduceMax", logits, [axis], true));
  return s.sub(shifted, s.unary("Log", s.reduce("ReduceSum", s.unary("Exp", shifted), [axis], true)));
}

export const reductions: Kernels = {
  Sum: reduce("ReduceSum"),
  Mean: reduce("ReduceMean"),
  Max: reduce("ReduceMax"),
  Min: reduce("ReduceMin"),
  Prod: reduce("ReduceProd"),
  All: quantifier("ReduceMin"),
  Any: quantifier("ReduceMax"),
  ArgMax: arg("ArgMax"),
  ArgMin: arg("ArgMin"),
  Softmax: (s, { logits }: Inputs<"logits">, { dim }: { dim: number }) => softmax(s, logits, axesOf(dim, logits.shape.length)[0]),
  LogSoftmax: (s, { logits }: Inputs<"logits">, { axis }: { axis: number }) =>
    logSoftmax(s, logits, axesOf(axis, logits.shape.length)[0]),
  Cumsum: (s, { x }: X, { axis, exclusive, reverse }: { axis: number; exclusive: boolean; reverse: boolean }) =>
    s.node("CumSum", [x, s.graph.scalar(axesOf(axis, x.shape.length)[0], "int64")], x.shape, x.value.dtype, {
      exclusive: Number(exclusive),
      reverse: Number(reverse),
    }),
  TopK: (s, { x }: X, { k, sorted }: { k: number; sorted: boolean }) => {
    const shape = [...x.shape.slice(0, -1), k];
    const outputs = [
      { shape, dtype: x.value.dtype },
      { shape, dtype: "int64" as const },
    ];
    const [values, indices] = s.graph.nodes("TopK", [s.full(x), s.graph.ints([k])], outputs, {
      axis: -1,
      largest: 1,
      sorted: Number(sorted),
    });
    return [s.of(values), s.cast(s.of(indices), "int32")];
  },
};
