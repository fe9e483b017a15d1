import type { Value } from "../graph/graph.ts";
import { broadcastShape, type Sym, type Symbolic } from "../graph/symbolic.ts";
import type { Inputs, Kernels } from "./kernel.ts";

/** A matrix without the transpose that may have made it. */
function untransposed(value: Value): { value: Value; flipped: boolean } {
  const perm = value.node?.op === "Transpose" ? (value.node.attributes.perm as readonly number[]) : undefined;
  return perm?.join() === "1,0" ? { value: value.node?.inputs[0] as Value, flipped: true } : { value, flipped: false };
}

/** a · b of two matrices, either one transposed. [m, k] · [k, n] → [m, n] */
export function gemm(s: Symbolic, a: Sym, b: Sym, transposeA: boolean, transposeB: boolean): Sym {
  const left = untransposed(s.full(a));
  const right = untransposed(s.full(b));
  const shape = [a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]];
  const [p, q] = s.alike(s.of(left.value), s.of(right.value));
  return s.node("Gemm", [p, q], shape, p.value.dtype, {
    transA: Number(transposeA !== left.flipped),
    transB: Number(transposeB !== right.flipped),
  });
}

export function matMul(s: Symbolic, first: Sym, second: Sym, transposeA: boolean, transposeB: boolean): Sym {
  if (first.shape.length === 2 && second.shape.length === 2) return gemm(s, first, second, transposeA, transposeB);
  const [a, b] = s.alike(first, second);
  const swapped = (x: Sym) => {
    const rank = x.shape.length;
    const axes = x.shape.map((_, i) => i);
    return s.transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
  };
  const left = transposeA ? swapped(a) : a;
  const right = transposeB ? swapped(b) : b;
  const batch = broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2));
  // One matrix for the whole batch: a single product of a taller matrix.
  if (right.shape.slice(0, -2).every((n) => n === 1) && !transposeA && left.shape.length >= right.shape.length) {
    const [k, n] = right.shape.slice(-2);
    const rows = left.shape.slice(0, -1).reduce((p, q) => p * q, 1);
    const flat = gemm(
      s,
      s.reshape(left, [rows, k]),
      transposeB ? s.reshape(b, [n, k]) : s.reshape(right, [k, n]),
      false,
      transposeB,
    );
    return s.reshape(flat, [...left.shape.slice(0, -1), n]);
  }
  return s.node("MatMul", [left, right], [...batch, left.shape.at(-2) as number, right.shape.at(-1) as number], a.value.dtype);
}

/** The activations that tf.fused takes. */
export function activate(s: Symbolic, x: Sym, activation: string, alpha: Sym | undefined, leakyreluAlpha: number): Sym {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return s.unary("Relu", x);
    case "relu6":
      return s.binary("Min", s.unary("Relu", x), s.scalar(6));
    case "elu":
      return s.unary("Elu", x);
    case "sigmoid":
      return s.unary("Sigmoid", x);
    case "leakyrelu":
      return s.unary("LeakyRelu", x, "float32", { alpha: { float: leakyreluAlpha } });
    case "prelu":
      return s.add(s.unary("Relu", x), s.mul(alpha as Sym, s.binary("Min", x, s.scalar(0))));
    default:
      throw new Error(`the activation '${activation}' cannot be compiled yet`);
  }
}

interface Fused {
  transposeA: boolean;
  transposeB: boolean;
  activation: string;
  leakyreluAlpha: number;
}

export const matrices: Kernels = {
  BatchMatMul: (s, { a, b }: Inputs<"a" | "b">, { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean }) =>
    matMul(s, a, b, transposeA, transposeB),
  _FusedMatMul: (s, inputs: { a: Sym; b: Sym; bias?: Sym; preluActivationWeights?: Sym }, attributes: Fused) => {
    const { a, b, bias, preluActivationWeights } = inputs;
    const product = matMul(s, a, b, attributes.transposeA, attributes.transposeB);
    const sum = bias ? s.add(product, bias) : product;
    return activate(s, sum, attributes.activation, preluActivationWeights, attributes.leakyreluAlpha);
  },
  Einsum: (s, tensors: Sym[], { equation }: { equation: string }) => {
    const [left, right] = equation.replaceAll(" ", "").split("->");
    const sizes = new Map<string, number>();
    left.split(",").forEach((letters, i) => {
      [...letters].forEach((letter, axis) => {
        sizes.set(letter, tensors[i].shape[axis]);
      });
    });
    const shape = [...right].map((letter) => sizes.get(letter) as number);
    return s.node("Einsum", tensors, shape, "float32", { equation });
  },
};
