import type { DatasetConfig } from "../../../../contract/data/datasetConfig.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { type DataTag, dataTagger, withData } from "../grid/dataVersions.ts";
import { cellKey, compareConfigs, gridAxisIds } from "../grid/gridAxes.ts";
import { meanRuns } from "../runs/convergenceRule.ts";
import { geometryRun } from "../runs/shownRuns.ts";
import { studyAxes } from "../study/studyAxes.ts";

/** How many levels of imbalance are shown side by side. */
const maxImbalances = 6;
/** So many seeds of a level are read for its mean. */
const maxSeeds = 12;

/** Classes from the largest to the smallest; equal ones keep their order. */
export const bySize = (counts: readonly number[]): number[] =>
  counts.map((_, label) => label).sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);

/** A square matrix [K, K], row-major, with rows and columns in another order. */
export function reordered(matrix: readonly number[], order: readonly number[]): number[] {
  const classes = order.length;
  return order.flatMap((row) => order.map((column) => matrix[row * classes + column] as number));
}

/** Classes in the minority block: the small ones of two levels (of a balanced set, those that are small elsewhere), else the smaller half. */
export const minoritySize = (large: number | null, classes: number): number =>
  large === null ? Math.floor(classes / 2) : Math.max(0, classes - large);

/** t of a two-level profile, whatever the ratio; null where sizes are geometric. */
export const twoLevels = (dataset: DatasetConfig): number | null =>
  "largeClasses" in dataset ? (dataset.largeClasses ?? null) : null;

export interface BlockCosines {
  /** Mean cosine between different classes of the minority, of the majority; null where there are no two. */
  minority: number | null;
  majority: number | null;
}

/**
 * Mean cosine between different classes within the minority, the last `minority` ones, and within the majority of a Gram matrix
 * [K, K] of cosines sorted by class size, range [−1, 1]. Minority collapse: the first nears 1 as the small classes' vectors merge; a simplex has −1/(K − 1).
 * Source: Fang, He, Long, Su (2021), PNAS 118(43).
 */
export function blockCosines(sorted: readonly number[], classes: number, minority = Math.floor(classes / 2)): BlockCosines {
  const mean = (from: number, to: number) => {
    const values: number[] = [];
    for (let row = from; row < to; row++)
      for (let column = from; column < to; column++) if (row !== column) values.push(sorted[row * classes + column] as number);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { minority: mean(classes - minority, classes), majority: mean(0, classes - minority) };
}

const familyAxes = gridAxisIds.filter((axis) => axis !== "seed");
const familyOf = (row: RunRow) => cellKey(studyAxes.imbalance.without(row.config), familyAxes);
/** The same whatever the profile of the classes' sizes is: a balanced set has none, and stands with every one. */
function plainOf(row: RunRow): string {
  const config = studyAxes.imbalance.without(row.config);
  return cellKey({ ...config, dataset: { ...config.dataset, largeClasses: undefined } as DatasetConfig }, familyAxes);
}
const isBalanced = (row: RunRow) => imbalanceAt(row) === 1;
const hasBegun = (row: RunRow) => row.step > 0 || Object.keys(row.last).length > 0;
const imbalanceAt = (row: RunRow) => studyAxes.imbalance.value(row.config) ?? 1;

/** Runs of one imbalance that differ in their seed alone. */
export interface ImbalanceLevel {
  imbalance: number;
  data: DataTag;
  /** t of the family's two-level profile, of which a balanced set need not say anything; null where sizes are geometric. */
  large: number | null;
  /** In order of their seeds. */
  runs: RunRow[];
}

export interface LevelChoice {
  /** A run of the family that is shown; null = that of the deepest run of the first seed. */
  imbalanceRun: number | null;
  /** null = all seeds. */
  imbalanceSeed: number | null;
}

/** The levels of imbalance of one family of runs, which else differ in their seed alone, balanced first. */
export function imbalanceLevels(
  rows: readonly RunRow[],
  { imbalanceRun, imbalanceSeed }: LevelChoice,
  rule?: LeaveOutRule,
): ImbalanceLevel[] {
  const base = geometryRun(rows, imbalanceRun);
  if (base === null) return [];
  const whole = familyRows(rows, base);
  const family = whole.filter((row) => imbalanceSeed === null || row.config.seed === imbalanceSeed);
  const large = whole.reduce<number | null>((found, { config }) => found ?? twoLevels(config.dataset), null);
  const tagOf = dataTagger(rows);
  const levels = Map.groupBy(family, (row) => withData(String(imbalanceAt(row)), tagOf(row)));
  return [...levels.values()]
    .map((members) => ({ imbalance: imbalanceAt(members[0] as RunRow), data: tagOf(members[0] as RunRow), members }))
    .sort((a, b) => b.imbalance - a.imbalance || a.data.index - b.data.index)
    .slice(0, maxImbalances)
    .map(({ imbalance, data, members }) => ({
      ...{ imbalance, data, large },
      runs: [...meanRuns(members.filter(hasBegun), rule)]
        .sort((a, b) => a.config.seed - b.config.seed || a.ordinal - b.ordinal)
        .slice(0, maxSeeds),
    }));
}

/** The runs of a family; balanced ones of a set that names no profile are of each whose own balanced set there is not. */
function familyRows(rows: readonly RunRow[], base: RunRow): RunRow[] {
  const plain = plainOf(base);
  const alike = rows.filter((row) => plainOf(row) === plain);
  const key = familyOf(base);
  const ofBase = alike.filter((row) => familyOf(row) === key);
  const first = ofBase.every(isBalanced) ? alike.find((row) => !isBalanced(row)) : base;
  if (first === undefined) return ofBase;
  const ofFirst = familyOf(first);
  const own = alike.filter((row) => familyOf(row) === ofFirst);
  if (own.some(isBalanced)) return own;
  return [...own, ...alike.filter((row) => isBalanced(row) && twoLevels(row.config.dataset) === null)];
}

/** One run of each family, in order; balanced ones alone are no family where they stand with others. */
export function imbalanceFamilies(rows: readonly RunRow[]): RunRow[] {
  const firsts = [...Map.groupBy(rows, plainOf).values()].flatMap((alike) => {
    const families = [...Map.groupBy(alike, familyOf).values()];
    const unequal = families.filter((family) => !family.every(isBalanced));
    return (unequal.length > 0 ? unequal : families).map(([first]) => first as RunRow);
  });
  return firsts.sort((a, b) => compareConfigs(a.config, b.config));
}

/** The family's run among those that stand for the families. */
export const familyRun = (families: readonly RunRow[], chosen: RunRow | null): RunRow | null =>
  families.find((row) => chosen !== null && familyOf(row) === familyOf(chosen)) ??
  families.find((row) => chosen !== null && plainOf(row) === plainOf(chosen)) ??
  null;

export const hasImbalance = (rows: readonly RunRow[]): boolean => rows.some((row) => imbalanceAt(row) < 1);
