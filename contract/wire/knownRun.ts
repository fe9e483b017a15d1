import { z } from "zod";
import { runConfig } from "../config/runConfig.ts";
import { externalRunConfig } from "../external/externalConfig.ts";
import { runStatuses } from "../status.ts";
import type { ExternalRunRow } from "./externalViews.ts";
import { evaluation, optimumSummary } from "./runEvents.ts";
import type { RunRow } from "./views.ts";

/** What pages compute with of a run's row, beside its settings. */
const result = z.object({
  status: z.enum(runStatuses),
  ordinal: z.int(),
  attempt: z.int(),
  step: z.number(),
  totalSteps: z.number(),
  last: z.record(z.string(), z.number()),
  optimum: optimumSummary.nullable(),
  evaluation: evaluation.nullable(),
});

/**
 * Tells runs of a form that this program knows from others, such as those of a newer one: charts are drawn from all runs of a study
 * together, and one that breaks them would take the others with it. A run's settings never change, and are looked at once.
 */
export function runJudge(): (row: RunRow) => boolean {
  const known = new Map<string, boolean>();
  return (row) => {
    let knows = known.get(row.id);
    if (knows === undefined) {
      knows = runConfig.safeParse(row.config).success;
      known.set(row.id, knows);
    }
    return knows && result.safeParse(row).success;
  };
}

/** The same of runs that were trained elsewhere, whose layers are named by their first measurement. */
export const externalJudge = (): ((row: ExternalRunRow) => boolean) => (row) =>
  externalRunConfig.safeParse(row.config).success && result.safeParse(row).success;
