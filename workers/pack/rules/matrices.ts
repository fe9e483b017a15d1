import type { TensorInfo } from "@tensorflow/tfjs";
import { aligned, type Batched, type Kernels, type Named, packed, type Rules, reshape, shapeOf, sizeOf, spread } from "./rule.ts";

interface Transposed {
  transposeA: boolean;
  transposeB: boolean;
}

/** Products of equally many matrices, or of many with one: the only broadcast that every backend computes. */
function matMul(k: Kernels, a: Batched, b: Batched, { transposeA, transposeB }: Transposed): TensorInfo {
  const product = (left: TensorInfo, right: TensorInfo) =>
    k.call("BatchMatMul", { a: left, b: right }, { transposeA, transposeB });
  const [rowsOfA, rowsOfB] = [shapeOf(a), shapeOf(b)];
  const many = (shape: readonly number[]) => sizeOf(shape.slice(0, -2));
  // One matrix on the right of all: one product of a taller matrix.
  if (!b.isPacked && many(rowsOfB) === 1 && !transposeA) {
    const [m, n] = [rowsOfA.at(-2) as number, rowsOfB.at(transposeB ? -2 : -1) as number];
    const rank = Math.max(rowsOfA.length, rowsOfB.length);
    const flat = product(
      reshape(k, a.info, [sizeOf(a.info.shape) / (rowsOfA.at(-1) as number), rowsOfA.at(-1) as number]),
      reshape(k, b.info, rowsOfB.slice(-2)),
    );
    const outer = [...new Array<number>(rank - rowsOfA.length).fill(1), ...rowsOfA.slice(0, -2)];
    return reshape(k, flat, [k.runs, ...outer, m, n]);
  }
  const rank = Math.max(rowsOfA.length, rowsOfB.length);
  const batches = broadcast(rowsOfA.slice(0, -2), rowsOfB.slice(0, -2));
  const stacked = (x: Batched) => {
    const own = shapeOf(x);
    if (!x.isPacked && many(own) === 1) return reshape(k, x.info, [1, ...own.slice(-2)]);
    const whole = repeated(k, aligned(k, packed(spread(k, x)), rank), [k.runs, ...batches, ...own.slice(-2)]);
    return reshape(k, whole, [k.runs * sizeOf(batches), ...own.slice(-2)]);
  };
  const result = product(stacked(a), stacked(b));
  return reshape(k, result, [k.runs, ...batches, ...result.shape.slice(-2)]);
}

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => Math.max(a.at(i - rank) ?? 1, b.at(i - rank) ?? 1));
}

function repeated(k: Kernels, x: TensorInfo, shape: readonly number[]): TensorInfo {
  const reps = shape.map((n, i) => n / x.shape[i]);
  return reps.every((n) => n === 1) ? x : k.call("Tile", { x }, { reps });
}

/** A letter that the equation does not use, for the runs. */
const letterBeside = (equation: string): string =>
  [..."ZYXWVUTSRQPONMLKJIHGFEDCBA"].find((letter) => !equation.includes(letter)) as string;

export const matrices: Rules = {
  BatchMatMul: (k, { a, b }: Named<"a" | "b">, attributes: Transposed) => packed(matMul(k, a, b, attributes)),
  Einsum: (k, tensors: Batched[], { equation }: { equation: string }) => {
    const runs = letterBeside(equation);
    const [left, right] = equation.replaceAll(" ", "").split("->");
    const terms = left.split(",").map((letters, i) => (tensors[i].isPacked ? runs + letters : letters));
    return packed(
      k.call(
        "Einsum",
        tensors.map(({ info }) => info),
        { equation: `${terms.join(",")}->${runs}${right}` },
      ),
    );
  },
};
