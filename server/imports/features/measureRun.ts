import type { SumsEvent } from "../../../contract/external/externalRequests.ts";
import type { FeatureSet } from "./assemble.ts";
import { measureSet, type TrainingMeans } from "./measureSet.ts";

/** Measurements of a run in the order in which they are stored: by step, of each the training set first. */
export async function* measureRun(
  sets: readonly FeatureSet[],
  loss: "ce" | "mse" | null,
  signal?: AbortSignal,
): AsyncGenerator<{ event: SumsEvent; warnings: string[] }> {
  let training: TrainingMeans | null = null;
  for (const set of sets) {
    const measured = await measureSet(set, training, loss, signal);
    training = measured.training;
    yield { event: measured.event, warnings: measured.warnings };
  }
}
