import type { RunConfig } from "../../contract/config/runConfig.ts";
import { Failure } from "../../contract/failure.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine, Step, Values } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import { makeBatches, oneHot } from "./batches.ts";
import { defineStep } from "./defineStep.ts";
import { learningRateAt } from "./schedule.ts";

/** Everything an optimizer continues from: the parameters and its memory, flat vectors by name. */
export type TrainingState = Record<string, Float32Array>;

interface Trainer {
  /** The compiled step, for reading features and state in place. */
  step: Step<string, string, "fit">;
  /** What of the training set is left out, if anything, for the log. */
  note: string | null;
  /** Runs the updates after `from` up to the last; see `train`. */
  train(from: number): AsyncGenerator<TrainedStep>;
  dispose(): Promise<void>;
}

interface TrainedStep {
  /** Updates done. */
  step: number;
  /** Fit of the parameters before this update. */
  fit: number;
  /** Wall time of the update, ms. */
  ms: number;
}

/**
 * Compiles the training step and puts the state into it.
 * The loop gives the event loop its turn before each update, so that a message can stop it within a step.
 * @throws Failure INVALID for a batch larger than the training set; DIVERGED, from the loop, with the step of a non-finite fit
 */
export async function makeTrainer(
  engine: Engine,
  config: RunConfig,
  network: Network,
  dataset: Dataset,
  state: TrainingState,
): Promise<Trainer> {
  const { train: set, classes } = dataset;
  const { batch, steps } = config.training;
  const batches = batch === "full" ? null : makeBatches(set, classes, batch, config.seed);
  const definition = defineStep(
    config,
    network,
    batch === "full"
      ? {
          x: { shape: [set.count, dataset.dimension], data: set.inputs },
          y: { shape: [classes, set.count], data: oneHot(set.labels, classes) },
        }
      : { batch, of: set.count },
  );
  const step = await engine.compileStep(definition);
  await step.writeState(state);

  async function* train(from: number): AsyncGenerator<TrainedStep> {
    for (let update = from + 1; update <= steps; update++) {
      await new Promise(setImmediate);
      const before = performance.now();
      const inputs: Record<string, Values> = {
        rate: learningRateAt(config.training, update),
        step: update,
        ...batches?.at(update),
      };
      const fit = (await step.run(inputs)).fit[0];
      if (!Number.isFinite(fit)) throw new Failure("DIVERGED", divergedText(update - 1, fit, config));
      yield { step: update, fit, ms: performance.now() - before };
    }
  }
  const left = batches ? set.count - batches.perEpoch * (batch as number) : 0;
  const note =
    left > 0
      ? `Each epoch is ${batches?.perEpoch} batches of ${batch}; the ${left} samples left over differ from epoch to epoch.`
      : null;
  return { step, note, train, dispose: () => step.dispose() };
}

function divergedText(step: number, fit: number, config: RunConfig): string {
  return `The loss is ${fit} at step ${step}. A learning rate below ${config.training.learningRate}, or a warm-up, may help.`;
}
