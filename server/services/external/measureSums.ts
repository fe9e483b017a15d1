import type { ExternalRunConfig } from "../../../contract/external/externalConfig.ts";
import { externalLimits } from "../../../contract/external/externalLimits.ts";
import type { OptimumSummary } from "../../../contract/wire/runEvents.ts";
import type { SplitSums } from "./decodeSums.ts";
import type { ExternalFindings } from "./externalFindings.ts";
import { externalOptimum, externalOptimumSummary } from "./externalOptimum.ts";
import { measure } from "./measureApart.ts";

/** What a split's sums say of its run besides its measures. */
export interface SeenOfRun {
  classes: number;
  trainCounts?: number[];
  dim: number;
  passes: 1 | 2;
  hasHead: boolean;
}

export interface MeasuredSplit extends ExternalFindings {
  step: number;
  seen: SeenOfRun | null;
  optimum: OptimumSummary | null;
}

/** The run's layers with those of a measurement that it did not have yet behind them. @returns null where they are too many */
export function withLayers(layers: readonly string[], sums: SplitSums): string[] | null {
  const all = [...new Set([...layers, ...sums.layers.map(({ name }) => name)])];
  return all.length > externalLimits.layers ? null : all;
}

/** All measures of a split. @param layers names of the run's layers, those of `sums` among them */
export async function measureSums(
  sums: SplitSums,
  layers: readonly string[],
  objective: ExternalRunConfig["objective"] | null = null,
): Promise<MeasuredSplit> {
  const last = sums.hasLast ? sums.layers.at(-1) : undefined;
  const counts = last && Array.from(last.statistics.counts);
  const optimum =
    objective && last && counts && sums.split === "train" ? await externalOptimum(objective, counts, last.statistics.dim) : null;
  const places = sums.layers.map(({ name }) => layers.indexOf(name) + 1);
  const findings = await measure({ sums, places, layers: layers.length, objective: objective ?? null, optimum });
  const { classes, dim } = last?.statistics ?? { classes: 0, dim: 0 };
  return {
    ...findings,
    step: sums.step,
    seen: last
      ? {
          ...{ classes, dim, passes: sums.passes, hasHead: sums.head !== null },
          ...(sums.split === "train" && counts && { trainCounts: counts }),
        }
      : null,
    optimum: optimum && externalOptimumSummary(optimum),
  };
}
