import type { ParameterSpec, Penalty } from "./network.ts";

/** Standard deviation of a weight is gain·√(1/fan-in); a branch's last matrix is scaled by branchGain once more. */
export interface Initialization {
  gain: number;
  branchGain: number;
}

export type SpecMaker = ReturnType<typeof specMaker>;

/** Specs of matrices [rows, columns] and of biases, which are free and start at 0. */
export function specMaker({ gain, branchGain }: Initialization) {
  /** `fanIn`: how many of its columns a result is the sum of, where not of all. */
  const matrix = (name: string, rows: number, columns: number, penalty: Penalty, fanIn = columns): ParameterSpec => ({
    name,
    shape: [rows, columns],
    penalty,
    deviation: gain * Math.sqrt(1 / fanIn),
  });
  return {
    matrix,
    /** The last matrix of a residual branch. */
    branchEnd(name: string, rows: number, columns: number): ParameterSpec {
      const spec = matrix(name, rows, columns, "hidden");
      return { ...spec, deviation: branchGain * spec.deviation };
    },
    bias: (name: string, rows: number): ParameterSpec => ({ name, shape: [rows, 1], penalty: "free", deviation: 0 }),
  };
}
