import { type Activation, activationOf } from "../../../../contract/config/architecture.ts";
import { isDecoupled } from "../../../../contract/config/decayParts.ts";
import { effectiveRidge, layerStrengths, regularizerLabel } from "../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { datasetSizes, usedCounts } from "../../../../contract/data/datasetSizes.ts";
import { seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { deepLinearOptimum } from "../../../../math/optimum/deepLinearOptimum.ts";
import { cellKey, cellNamer, type GridAxisId, gridAxisIds, varyingAxes } from "../grid/gridAxes.ts";
import { meanRuns } from "../runs/convergenceRule.ts";

/** One seed's solution. */
interface Solution {
  seed: number;
  /** The least rank of the class means over the layers; null where they are zero. */
  rank: number | null;
  /** J, the objective that it reached. */
  objective: number;
  finished: boolean;
}

/** The solutions of all seeds of one cell, which else agree. */
export interface RankCell {
  /** What it is called among the cells of other depths: "Deep UFM ReLU, λ …". */
  line: string;
  lineKey: string;
  config: RunConfig;
  activation: Activation;
  depth: number;
  /** K */
  classes: number;
  /** The objective of deep neural collapse, least over its scale; null where it has no closed form. */
  collapse: number | null;
  solutions: Solution[];
}

/** By how much an objective must be below that of collapse to count as lower: what training leaves above an optimum is more. */
const lowerBy = 1e-4;

export const isDeepFree = (rows: readonly RunRow[]): boolean => rows.some(({ config }) => config.architecture === "dufm");

/** The cells of deep free features that have been measured, a line's depths in order. */
export function rankCells(rows: readonly RunRow[], rule?: LeaveOutRule): RankCell[] {
  const deep = rows.filter(({ config }) => config.architecture === "dufm");
  const lineAxes: readonly GridAxisId[] = gridAxisIds.filter((axis) => axis !== "seed" && axis !== "depth");
  const configs = deep.map(({ config }) => config);
  const named = varyingAxes(configs).filter((axis) => lineAxes.includes(axis));
  const nameOf = cellNamer(configs);
  const measured = meanRuns(deep, rule).filter(({ last }) => last[seriesKey("train", "loss")] !== undefined);
  const cells = Map.groupBy(measured, ({ config }) => cellKey(config, [...lineAxes, "depth"]));
  return [...cells.values()]
    .map((runs): RankCell => {
      const { config, classes } = runs[0] as RunRow;
      const name = nameOf(config, named);
      return {
        line: name === "" ? regularizerLabel(config.regularizer) : name,
        lineKey: cellKey(config, lineAxes),
        config,
        activation: activationOf(config),
        depth: config.depth,
        classes: classes ?? datasetSizes(config.dataset).classes,
        collapse: collapseValue(config),
        solutions: runs
          .map(({ config: { seed }, last, status }) => ({
            seed,
            rank: last[seriesKey("train", "solution.rank")] ?? null,
            objective: last[seriesKey("train", "loss")] as number,
            finished: status === "finished",
          }))
          .sort((a, b) => a.seed - b.seed),
      };
    })
    .sort((a, b) => a.line.localeCompare(b.line, "en", { numeric: true }) || a.depth - b.depth);
}

/**
 * J of deep neural collapse under squared error: orthogonal class means in every layer, on which ReLU is the identity, so that linear and
 * ReLU layers have the same. Under linear layers it is L*, under ReLU a value from above.
 */
export function collapseValue(config: RunConfig): number | null {
  const { regularizer, depth, width, loss, headBias, dataset } = config;
  const sizes = datasetSizes(dataset);
  const ridge = effectiveRidge(regularizer, depth);
  const { features, headBias: biasDecay } = ridge;
  if (isDecoupled(config)) return null;
  if (regularizer.family !== "features" || loss !== "mse" || !sizes.known || (headBias && biasDecay > 0)) return null;
  // The simplex that a bias allows has negative entries, which no ReLU gives.
  if (headBias && activationOf(config) === "relu") return null;
  const found = deepLinearOptimum({
    counts: usedCounts(sizes),
    dim: width,
    decays: layerStrengths(ridge, depth),
    featureDecay: features,
    bias: headBias ? "free" : "none",
  });
  return found.method === "none" ? null : found.loss;
}

/** How many solutions have each rank, from the least: "6: 3, 7: 1"; what is zero comes first, as 0. */
export function rankCounts({ solutions }: RankCell): { rank: number; count: number }[] {
  const groups = Map.groupBy(solutions, ({ rank }) => rank ?? 0);
  return [...groups].map(([rank, { length }]) => ({ rank, count: length })).sort((a, b) => a.rank - b.rank);
}

/** How many solutions are below K in rank, and how many reach less than collapse; null where its value is not known. */
export function lowSolutions({ solutions, classes, collapse }: RankCell): { ofLowRank: number; belowCollapse: number | null } {
  return {
    ofLowRank: solutions.filter(({ rank }) => (rank ?? 0) < classes).length,
    belowCollapse: collapse === null ? null : solutions.filter(({ objective }) => objective < collapse * (1 - lowerBy)).length,
  };
}

/** The answer in a sentence, of all cells. */
export function rankAnswer(cells: readonly RankCell[]): string {
  const solutions = cells.flatMap((cell) => cell.solutions).length;
  const sums = cells.map(lowSolutions);
  const low = sums.reduce((sum, { ofLowRank }) => sum + ofLowRank, 0);
  const judged = cells.filter(({ collapse }) => collapse !== null).flatMap((cell) => cell.solutions).length;
  const below = sums.reduce((sum, { belowCollapse }) => sum + (belowCollapse ?? 0), 0);
  const least = cells.flatMap((cell) => cell.solutions.map(({ rank }) => rank ?? 0));
  const ranks =
    low === 0
      ? "no solution has a rank below K"
      : `${low} of ${solutions} solutions have a rank below K, the least ${Math.min(...least)}`;
  if (judged === 0) return `${ranks}.`;
  return `${ranks}; ${below === 0 ? "none reaches" : `${below} of ${judged} reach`} less than deep neural collapse.`;
}
