import type { RunConfig } from "../../contract/config/runConfig.ts";
import { stepsPerEpoch } from "../../contract/config/stepsPerEpoch.ts";
import { Failure } from "../../contract/failure.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine, Step, TensorSpec, Values } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import { makeAugmentation } from "./augmentation.ts";
import { makeBatches, oneHot } from "./batches.ts";
import { defineStep } from "./defineStep.ts";
import { learningRateAt } from "./schedule.ts";
import { UpdatesPerCall } from "./updatesPerCall.ts";

/** Everything an optimizer continues from: the parameters and its memory, flat vectors by name. */
export type TrainingState = Record<string, Float32Array>;

interface Trainer {
  /** The compiled step, for reading features and state in place. */
  step: Step<string, string, "fit">;
  /** What of the training set is left out, if anything, for the log. */
  note: string | null;
  /**
   * Runs the updates after `from` up to the last, and yields after each call: one update, or several where that is faster and
   * `upTo(update)`, the last update that may be made in one call with the given one, allows it.
   */
  train(from: number, upTo?: (update: number) => number): AsyncGenerator<TrainedSteps>;
  dispose(): Promise<void>;
}

interface TrainedSteps {
  /** Updates done. */
  step: number;
  /** How many of them in this call. */
  updates: number;
  /** Fit of the parameters before the last update. */
  fit: number;
  /** Wall time of one update, ms. */
  ms: number;
}

/**
 * Compiles the training step and puts the state into it.
 * The loop gives the event loop its turn before each call, so that a message can stop it within a step or 50 ms.
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
  const batches = batch === "full" ? null : makeBatches(set, classes, batch, config.seed, makeAugmentation(config, dataset));
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

  const inputsOf = (update: number): Record<string, Values> => ({
    rate: learningRateAt(config.training, update),
    step: update,
    ...batches?.at(update),
  });
  const updatesPerCall = new UpdatesPerCall(engine.choice, inputBytes(definition.inputs));

  /** Updates done + 1 … last: their fits, up to the first that is not finite. */
  async function call(done: number, last: number): Promise<number[]> {
    if (last === done + 1) return [(await step.run(inputsOf(last))).fit[0]];
    const before = await step.readState();
    const several = Array.from({ length: last - done }, (_, i) => copied(inputsOf(done + 1 + i)));
    const fits = (await step.runMany(several)).map(({ fit }) => fit[0]);
    const good = fits.findIndex((fit) => !Number.isFinite(fit));
    if (good < 0) return fits;
    // What is kept of a run that diverges is its state before that.
    await step.writeState(before);
    for (const inputs of several.slice(0, good)) await step.run(inputs);
    return fits.slice(0, good + 1);
  }

  async function* train(from: number, upTo = (update: number) => update): AsyncGenerator<TrainedSteps> {
    for (let done = from; done < steps; ) {
      await new Promise(setImmediate);
      const before = performance.now();
      const fits = await call(done, Math.min(steps, upTo(done + 1), done + updatesPerCall.next(steps - done)));
      const finite = Number.isFinite(fits[fits.length - 1]) ? fits.length : fits.length - 1;
      const ms = performance.now() - before;
      updatesPerCall.took(fits.length, ms);
      done += finite;
      if (finite > 0) yield { step: done, updates: finite, fit: fits[finite - 1], ms: ms / fits.length };
      requireFiniteFit(config, done, fits[fits.length - 1]);
    }
  }
  return { step, note: leftOutNote(batch, set.count), train, dispose: () => step.dispose() };
}

/** What of a training set of so many samples the batches leave out, for the log; null: nothing. */
export function leftOutNote(batch: RunConfig["training"]["batch"], count: number): string | null {
  if (batch === "full") return null;
  const perEpoch = stepsPerEpoch(batch, count);
  const left = count - perEpoch * batch;
  return left > 0
    ? `Each epoch is ${perEpoch} batches of ${batch}; the ${left} samples left over differ from epoch to epoch.`
    : null;
}

/** Batches are overwritten by the next one. */
function copied(inputs: Record<string, Values>): Record<string, Values> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [name, typeof values === "number" ? values : values.slice()]),
  );
}

function inputBytes(specs: Record<string, TensorSpec>): number {
  return Object.values(specs).reduce((bytes, { shape }) => bytes + 4 * shape.reduce((size, n) => size * n, 1), 0);
}

/** @throws Failure DIVERGED where the fit after so many updates is no number */
export function requireFiniteFit(config: RunConfig, step: number, fit: number): void {
  if (Number.isFinite(fit)) return;
  const { learningRate } = config.training;
  throw new Failure(
    "DIVERGED",
    `The loss is ${fit} at step ${step}. A learning rate below ${learningRate}, or a warm-up, may help.`,
  );
}
