import type { TensorInfo } from "@tensorflow/tfjs";
import { type Batched, type Kernels, packed, type Rule, reshape, runOf } from "./rule.ts";

/** The kernel once a run, and the results put side by side: for what has no form with another leading axis. */
export const unroll =
  (kernel: string): Rule =>
  (k, inputs: Record<string, Batched | undefined> | (Batched | undefined)[], attributes) => {
    const each = Array.from({ length: k.runs }, (_, s) => k.callAll(kernel, inputsOf(k, inputs, s), attributes));
    return each[0].map((_, output) =>
      packed(
        join(
          k,
          each.map((results) => results[output]),
        ),
      ),
    );
  };

function inputsOf(k: Kernels, inputs: object, s: number): Record<string, TensorInfo> | TensorInfo[] {
  const one = (x: Batched | undefined) => x && runOf(k, x, s);
  if (Array.isArray(inputs)) return inputs.map(one) as TensorInfo[];
  return Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, one(x)])) as Record<string, TensorInfo>;
}

/** [S, …] of the values of S runs. */
export function join(k: Kernels, runs: readonly TensorInfo[]): TensorInfo {
  const rows = runs.map((run) => reshape(k, run, [1, ...run.shape]));
  return rows.length === 1 ? rows[0] : k.call("Concat", rows, { axis: 0 });
}
