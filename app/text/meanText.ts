import { countOf } from "./formatNumber.ts";

export type MeanKind = "geometric" | "arithmetic";

/** On a logarithmic scale means are of logarithms. */
export const meanKind = (log: boolean): MeanKind => (log ? "geometric" : "arithmetic");

/** "geometric mean of 3 runs", "1 run": what one point of a curve is. */
export const meanText = (count: number, kind: MeanKind | null): string =>
  count > 1 && kind !== null ? `${kind} mean of ${countOf(count, "run")}` : countOf(count, "run");
