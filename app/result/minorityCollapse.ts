import type { RunRow } from "../../contract/views.ts";
import { cellKey, compareConfigs, gridAxisIds } from "./gridAxes.ts";
import { geometryRun } from "./shownRuns.ts";
import { studyAxes } from "./studyAxes.ts";

/** So many levels of imbalance stand beside each other. */
export const mostImbalances = 6;

/** Classes from the largest to the smallest; equal ones keep their order. */
export const bySize = (counts: readonly number[]): number[] =>
  counts.map((_, label) => label).sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);

/** A square matrix [K, K], row-major, with rows and columns in another order. */
export function reordered(matrix: readonly number[], order: readonly number[]): number[] {
  const classes = order.length;
  return order.flatMap((row) => order.map((column) => matrix[row * classes + column] as number));
}

/** Classes in the minority block: the smaller half. */
export const minoritySize = (classes: number): number => Math.floor(classes / 2);

export interface BlockCosines {
  /** Mean cosine between different classes of the smaller half, of the larger half; null where there are no two. */
  minority: number | null;
  majority: number | null;
}

/**
 * Mean cosine between different classes within the smaller and within the larger half of a Gram matrix [K, K] of cosines sorted by
 * class size, range [−1, 1]. Minority collapse: the first nears 1 as the small classes' vectors merge; a simplex has −1/(K − 1).
 * Source: Fang, He, Long, Su (2021), PNAS 118(43).
 */
export function blockCosines(sorted: readonly number[], classes: number): BlockCosines {
  const minority = minoritySize(classes);
  const mean = (from: number, to: number) => {
    const values: number[] = [];
    for (let row = from; row < to; row++)
      for (let column = from; column < to; column++) if (row !== column) values.push(sorted[row * classes + column] as number);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { minority: mean(classes - minority, classes), majority: mean(0, classes - minority) };
}

const others = (row: RunRow) => cellKey(studyAxes.imbalance.without(row.config), gridAxisIds);

/** The runs that differ from one (the chosen one, else the deepest of the first seed) in their imbalance alone, balanced first. */
export function imbalanceFamily(rows: readonly RunRow[], ordinal: number | null): RunRow[] {
  const base = geometryRun(rows, ordinal);
  if (base === null) return [];
  const place = (row: RunRow) => studyAxes.imbalance.value(row.config) ?? 1;
  return rows.filter((row) => others(row) === others(base)).sort((a, b) => place(b) - place(a) || a.ordinal - b.ordinal);
}

/** One run of each family, in order. */
export function imbalanceFamilies(rows: readonly RunRow[]): RunRow[] {
  const firsts = new Map<string, RunRow>();
  for (const row of rows) if (!firsts.has(others(row))) firsts.set(others(row), row);
  return [...firsts.values()].sort((a, b) => compareConfigs(a.config, b.config));
}

export const hasImbalance = (rows: readonly RunRow[]): boolean =>
  rows.some((row) => (studyAxes.imbalance.value(row.config) ?? 1) < 1);
