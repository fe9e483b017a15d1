import type { ExternalFit } from "../../../contract/external/externalObjective.ts";
import type { SumsEvent } from "../../../contract/external/externalRequests.ts";
import type { FeatureSet } from "./assemble.ts";
import { measureSet, type TrainingMeans } from "./measureSet.ts";

/** Measurements of a run in the order in which they are stored: by step, of each the training set first. */
export async function* measureRun(
  sets: readonly FeatureSet[],
  stated: ExternalFit | null,
  signal?: AbortSignal,
): AsyncGenerator<{ event: SumsEvent; warnings: string[] }> {
  let training: TrainingMeans | null = null;
  for (const set of sets) {
    const measured = await measureSet(set, training, stated, signal);
    training = measured.training;
    yield { event: measured.event, warnings: measured.warnings };
  }
}
